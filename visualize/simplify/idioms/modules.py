"""A module that is a formula is one box with the name of its class: ``RMSNorm``."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from visualize.core.architecture import Architecture, Group, Layer, NodeKind, Role
from visualize.core.operators import is_weighted
from visualize.simplify.contract import Box, contract

# Containers that say nothing about what they hold.
_PLAIN = frozenset({"Sequential", "ModuleList", "ModuleDict", "Identity"})


def name_formulas(architecture: Architecture) -> Architecture:
    """Make one box of each call of a module that holds no weighted layer: a norm, an activation.

    It is named after the class. What it computes with weight matrices of its own belongs to it, as
    in a router, or in experts that share one parameter. A module that holds a skip connection, a
    single operation or an input or output stays as it is, and so does one that does other work in
    between.
    """
    formulas = _formulas(architecture)
    if not formulas:
        return architecture
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
        for call in layer.scope:
            sizes[call] = sizes.get(call, 0) + 1
        is_end = layer.kind in (NodeKind.INPUT, NodeKind.OUTPUT)
        if is_end or merges.intersection(layer.members):
            excluded.update(layer.scope)
        elif is_weighted(layer.type, layer.weights):
            excluded.update(layer.scope[: -1 if _has_own_weights(layer) else None])
    kinds = architecture.modules
    return {
        call: size
        for call, size in sizes.items()
        if size > 1
        and call not in excluded
        and kinds.get(call.partition("@")[0], "Sequential") not in _PLAIN
    }


def _has_own_weights(layer: Layer) -> bool:
    """Whether a function works with parameters of the very module that calls it."""
    owners = {part.path.rpartition(".")[0] for part in layer.operations if part.weights}
    return layer.kind is NodeKind.FUNCTION and owners == {layer.path}


def _outermost(layer: Layer, formulas: Mapping[str, int]) -> str | None:
    return next((call for call in layer.scope if call in formulas), None)
