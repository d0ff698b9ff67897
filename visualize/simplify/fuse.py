"""Fuse what a reader takes for one layer: convolution, norm and activation."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable

import networkx as nx

from visualize.core.architecture import Operation, Skip, SkipKind
from visualize.core.diagram import Box, BoxKind, Diagram
from visualize.core.operators import (
    ACTIVATION,
    AFFINE,
    NORM,
    POOL,
    family,
    joins_constant,
)
from visualize.simplify.blocks import find_blocks
from visualize.simplify.contract import absorb

_Home = Callable[[Operation], str]


def fuse(diagram: Diagram) -> Diagram:
    """Absorb norms and activations into layers, and what lies on skip branches into merges.

    What has parameters stays in its block: those of a collapsed block are its own.
    """
    layers = fuse_layers(diagram)
    fused = fuse_skip_branches(layers)
    # Also those on skip branches, which are no more once a merge has absorbed them.
    blocks = {block.id for block in find_blocks(layers).values()}
    ids = diagram.exact.call_ids

    def home(operation: Operation) -> str:
        return next((ids[call] for call in operation.calls if ids[call] in blocks), "")

    if all(_share_home((box, box), home) for box in fused.boxes):
        return fused
    return fuse_skip_branches(fuse_layers(diagram, home), home)


def fuse_layers(diagram: Diagram, home: _Home | None = None) -> Diagram:
    """Absorb norms and activations into the layer, norm or merge right before them.

    A norm joins a convolution or linear layer; an activation, or a scale or offset by a constant,
    any operation but an input; where nothing else uses the result between. Norm and activation
    join a box once.

    Args:
        diagram: the diagram.
        home: the block around an operation, which what has parameters does not leave.
    """
    hosts: dict[str, str] = {}
    # For each box that grows, its last operation and what it holds in addition to its core.
    tails: dict[str, str] = {}
    fused: dict[str, set[_Addition]] = {}
    for box in diagram.boxes:
        addition = _addition(box)
        sources = [source for source, _, _ in diagram.inputs(box.id)]
        if addition is None or len(sources) != 1:
            continue
        host = hosts.get(sources[0], sources[0])
        held = fused.setdefault(host, set())
        if tails.get(host, host) != sources[0] or diagram.graph.out_degree(sources[0]) != 1:
            continue
        if home and not _share_home((diagram.box(host), box), home):
            continue
        is_new = addition not in held or addition is _Addition.CONSTANT
        if is_new and _accepts(diagram.box(host), addition, held):
            hosts[box.id] = host
            tails[host] = box.id
            held.add(addition)
    return absorb(diagram, hosts) if hosts else diagram


def fuse_skip_branches(diagram: Diagram, home: _Home | None = None) -> Diagram:
    """Absorb what lies on a skip branch into its merge: the arc itself says what it does.

    Layers on the way to a concat remain: its arc shows a shape.

    Args:
        diagram: the diagram.
        home: the block around an operation, which what has parameters does not leave.
    """
    hosts: dict[str, str] = {}
    for skip in diagram.skips:
        if skip.kind is SkipKind.GATE or diagram.is_collapsed(skip):
            continue
        if skip.kind in _WORKING and _reads_more(diagram.exact.graph, skip):
            continue
        merge = diagram.host(skip.merge)
        ends = {merge, diagram.host(skip.fork)}
        branch = {diagram.host(node) for node in skip.branch} - ends
        if home and not _share_home(map(diagram.box, (merge, *branch)), home):
            continue
        if skip.kind is SkipKind.CONCAT and any(diagram.box(node).weights for node in branch):
            continue  # its arc shows what it carries, and no layers
        if all(diagram.graph.out_degree(node) == 1 for node in branch):
            hosts.update(dict.fromkeys(branch, merge))
    return absorb(diagram, hosts) if hosts else diagram


# Their branches may do work, for which other tensors may be needed. What scales is only a factor.
_WORKING = (SkipKind.PROJECTION, SkipKind.CONCAT)


def _reads_more(graph: nx.MultiDiGraph, skip: Skip) -> bool:
    """Whether a branch reads other features than its fork: an attention gate reads a decoder."""
    known = {skip.fork, *skip.branch}
    return any(
        wire.data and wire.tensor and source not in known
        for source, _, wire in graph.in_edges(skip.branch, data="wire")
    )


def _share_home(boxes: Iterable[Box], home: _Home) -> bool:
    """Whether the parameters of all boxes but the first belong to the block around that one."""
    host, *others = boxes
    return all(_homes(box, home) <= {home(host.core)} for box in others)


def _homes(box: Box, home: _Home) -> set[str]:
    """The blocks that the parameters of a box belong to."""
    return {home(one) for one in box.operations if one.weights}


class _Addition(enum.Enum):
    """What an operation that joins the one before it adds to it."""

    NORM = enum.auto()
    ACTIVATION = enum.auto()
    CONSTANT = enum.auto()


def _addition(box: Box) -> _Addition | None:
    """What an operation can add to the one before it, None for all that cannot join one."""
    name = family(box.does)
    if name in NORM:
        return _Addition.NORM
    if name in ACTIVATION:
        return _Addition.ACTIVATION
    # Adds or multiplies with a constant or parameter; with two data inputs it would be a merge.
    return _Addition.CONSTANT if joins_constant(name) and box.kind.is_layer else None


def _accepts(host: Box, addition: _Addition, held: set[_Addition]) -> bool:
    name = family(host.does)
    if addition is _Addition.NORM:
        return name in AFFINE and _Addition.ACTIVATION not in held
    if not host.kind.is_layer and host.kind is not BoxKind.MERGE:
        return False
    return addition is _Addition.CONSTANT or name not in ACTIVATION | POOL
