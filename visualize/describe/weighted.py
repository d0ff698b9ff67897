"""Weighted layers: those that papers count when they say how deep a network is."""

from __future__ import annotations

from visualize.core.architecture import Architecture, NodeKind, Operation
from visualize.core.layers import is_weighted_layer
from visualize.core.operators import RECURRENT, family, operator


def weighted_layers(exact: Architecture) -> dict[str, int]:
    """The number of layers that a paper counts each operation as, without those it does not count.

    What multiplies with weights counts: convolutions, linear layers and the like, but not norms,
    tables of embeddings or biases; see `is_weighted_layer`. Attention of torch.nn counts as two
    layers, one before and one after it; a recurrent module as many as it stacks.
    """
    found: dict[str, int] = {}
    for one in exact.operations:
        if one.macs and exact.data_sources(one.id):
            read = [*one.weights, *_parameters_read(exact, one)]
            if is_weighted_layer(one, read):
                found[one.id] = _layers(one)
    return found


def _layers(operation: Operation) -> int:
    """How many layers an operation with weights is."""
    stacked = operation.attributes.get("num_layers")
    if family(operation.does) in RECURRENT and isinstance(stacked, int):
        return stacked
    return operator(operation.does).layers


def _parameters_read(exact: Architecture, operation: Operation) -> list[tuple[int, ...]]:
    """Shapes of the parameters that a function reads, by way of casts and the like."""
    shapes: list[tuple[int, ...]] = []
    for source, _, wire in exact.inputs(operation.id):
        before = exact.operation(source)
        while not wire.data and before.kind is NodeKind.FUNCTION and exact.inputs(before.id):
            before = exact.operation(exact.inputs(before.id)[0][0])
        if not wire.data and before.kind is NodeKind.CONSTANT:
            shapes += before.weights
    return shapes
