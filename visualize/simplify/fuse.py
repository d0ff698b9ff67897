"""Fuse what a reader takes for one layer: convolution, norm and activation."""

from __future__ import annotations

from visualize.core.architecture import Architecture, Layer, Role, SkipKind
from visualize.core.operators import (
    ACTIVATION,
    NORM,
    POOL,
    WEIGHTED_MODULES,
    family,
    merge_type,
)
from visualize.simplify.contract import absorb


def fuse_layers(architecture: Architecture) -> Architecture:
    """Absorb norms and activations into the layer, norm or merge right before them.

    A norm joins a convolution or linear layer; an activation, or a scale or offset by a constant,
    any operation but an input; where nothing else uses the result between. Norm and activation
    join a box once.
    """
    hosts: dict[str, str] = {}
    # For each box that grows, its last operation and what it holds besides its core.
    tails: dict[str, str] = {}
    fused: dict[str, set[str]] = {}
    for layer in architecture.layers:
        role = _fusion(layer)
        sources = [source for source, _, _ in architecture.inputs(layer.id)]
        if role is None or len(sources) != 1:
            continue
        host = hosts.get(sources[0], sources[0])
        held = fused.setdefault(host, set())
        if tails.get(host, host) != sources[0] or architecture.graph.out_degree(sources[0]) != 1:
            continue
        if (role not in held or role == "constant") and _accepts(
            architecture.layer(host), role, held
        ):
            hosts[layer.id] = host
            tails[host] = layer.id
            held.add(role)
    return absorb(architecture, hosts)


def fuse_skip_branches(architecture: Architecture) -> Architecture:
    """Absorb what stands on a skip branch into its merge: the arc itself tells what it does."""
    hosts: dict[str, str] = {}
    for skip in architecture.skips:
        if skip.kind is SkipKind.GATE or architecture.is_closed(skip):
            continue
        merge = architecture.homes[skip.merge]
        ends = {merge, architecture.homes[skip.fork]}
        branch = {architecture.homes[node] for node in skip.branch} - ends
        if all(architecture.graph.out_degree(node) == 1 for node in branch):
            hosts.update(dict.fromkeys(branch, merge))
    return absorb(architecture, hosts) if hosts else architecture


def _fusion(layer: Layer) -> str | None:
    """What an operation that can join the one before it adds to it, None for all others."""
    name = family(layer.type)
    if name in NORM:
        return "norm"
    if name in ACTIVATION:
        return "activation"
    # Adds or multiplies with a constant or parameter; with two data inputs it were a merge.
    return "constant" if merge_type(name) and layer.role is Role.LAYER else None


def _accepts(host: Layer, role: str, held: set[str]) -> bool:
    name = family(host.type)
    if role == "norm":
        return name in WEIGHTED_MODULES and "activation" not in held
    if host.role not in (Role.LAYER, Role.MERGE):
        return False
    return role == "constant" or name not in ACTIVATION | POOL
