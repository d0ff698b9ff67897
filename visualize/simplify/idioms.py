"""Idioms: a formula that has a name is one box with that name.

A reader sees ``RMSNorm``, not pow, mean, add, rsqrt and mul.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace

from visualize.architecture import Architecture, Group, Layer, NodeKind, Role
from visualize.operations import CONCAT, SLICE, family, is_weighted, merge_type
from visualize.simplify.contract import Box, absorb, contract

_TURNED = frozenset({"neg", "stack"})
# Containers that say nothing about what they hold.
_PLAIN = frozenset({"Sequential", "ModuleList", "ModuleDict", "Identity"})


def name_formulas(architecture: Architecture) -> Architecture:
    """Make one box of each call of a module that holds no weighted layer: a norm, an activation.

    It is named after the class. A module that holds a skip connection, a single operation or an
    input or output stays as it is, and so does one that does other work in between.
    """
    formulas = _formulas(architecture)
    boxes: list[Box] = []
    for call, run in itertools.groupby(
        architecture.layers, lambda layer: _outermost(layer, formulas)
    ):
        layers = list(run)
        if call is None or len(layers) != formulas[call]:
            boxes.extend(Box(layer.id, (layer.id,)) for layer in layers)
            continue
        path = call.partition("@")[0]
        group = Group(call, Role.LAYER, architecture.modules[path], path, label=path)
        nodes = tuple(layer.id for layer in layers)
        boxes.append(Box(nodes[0], nodes, group))
    return contract(architecture, boxes)


def _formulas(architecture: Architecture) -> Mapping[str, int]:
    """The calls that are one formula, with the number of operations in each."""
    sizes: dict[str, int] = {}
    excluded: set[str] = set()
    merges = {skip.merge for skip in architecture.skips}
    for layer in architecture.layers:
        is_end = layer.kind in (NodeKind.INPUT, NodeKind.OUTPUT)
        works = is_end or is_weighted(layer.type, layer.weights)
        for call in layer.scope:
            sizes[call] = sizes.get(call, 0) + 1
            if works or merges.intersection(layer.members):
                excluded.add(call)
    kinds = architecture.modules
    return {
        call: size
        for call, size in sizes.items()
        if size > 1
        and call not in excluded
        and kinds.get(call.partition("@")[0], "Sequential") not in _PLAIN
    }


def name_rotary_embeddings(architecture: Architecture) -> Architecture:
    """Make one box of each rotary position embedding: ``x * cos + rotated(x) * sin``.

    Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding" (2021).
    """
    hosts: dict[str, str] = {}
    found: set[str] = set()
    for layer in architecture.layers:
        if layer.role is Role.MERGE and merge_type(layer.type) == "add":
            inside = _rotation(architecture, layer.id)
            if inside:
                found.add(layer.id)
                hosts.update(dict.fromkeys(inside, layer.id))
    if not found:
        return architecture
    absorbed = absorb(architecture, hosts)
    graph = absorbed.graph
    for node in found:
        layer = replace(absorbed.layer(node), type="rotary_embedding", role=Role.LAYER)
        graph.nodes[node]["layer"] = layer
    return absorbed


def _rotation(architecture: Architecture, add: str) -> set[str]:
    """All that stands between the tensor that a rotation reads and its sum; else nothing."""
    inside: set[str] = set()
    origins: set[str] = set()
    waiting = [source for source, _, _ in architecture.inputs(add)]
    while waiting:
        node = waiting.pop()
        layer = architecture.layer(node)
        name = family(layer.type)
        scaled = merge_type(name) == "multiply" and layer.role is Role.LAYER
        if not scaled and name not in SLICE | CONCAT | _TURNED:
            origins.add(node)
        elif node not in inside:
            inside.add(node)
            waiting += [source for source, _, _ in architecture.inputs(node)]
    kinds = [family(architecture.layer(node).type) for node in inside]
    scales = sum(merge_type(kind) == "multiply" for kind in kinds)
    whole = all(
        user in inside or user == add
        for node in inside
        for user in architecture.graph.successors(node)
    )
    turned = "neg" in kinds and not CONCAT.isdisjoint(kinds)
    return inside if len(origins) == 1 and scales == 2 and turned and whole else set()


def _outermost(layer: Layer, formulas: Mapping[str, int]) -> str | None:
    return next((call for call in layer.scope if call in formulas), None)
