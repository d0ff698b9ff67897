"""Weighted layers: those that papers count when they say how deep a network is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from visualize.core.architecture import Architecture, NodeKind, Operation
from visualize.core.layers import is_weighted_layer
from visualize.core.operators import RECURRENT, Category, family, operator
from visualize.describe.factors import same_matrix

_ATTENDED = 3  # query, key and value come first


@dataclass(frozen=True)
class WeightedLayers:
    """The weighted layers of a model.

    Attributes:
        lengths: the number of layers that a path through an operation passes, without the
            operations that are no layer.
        first: of layers side by side that one matrix could replace, the first one; see
            `visualize.describe.factors`.
        beside: the layers of an operation that lie beside the path through it.
    """

    lengths: Mapping[str, int]
    first: Mapping[str, str]
    beside: Mapping[str, int]

    def number(self, nodes: Iterable[str]) -> int:
        """The number of weighted layers among some operations."""
        own = dict.fromkeys(node for node in nodes if node in self.lengths)
        layers = {self.first.get(node, node) for node in own}
        beside = sum(self.beside.get(node, 0) for node in own)
        return sum(self.lengths[layer] for layer in layers) + beside


def weighted_layers(exact: Architecture) -> WeightedLayers:
    """The weighted layers of a model, counted as papers do.

    - What multiplies data with learned weights is a layer: convolutions, linear layers, products
      with a matrix of parameters. Norms, scales, biases and tables of embeddings are none.
    - Linear layers side by side that one matrix could replace are one, however they are written:
      the projections of queries, keys and values, or the two halves of a gated linear unit.
    - Attention of torch.nn is two layers, one before and one after it, and one more for each
      further tensor that keys or values are computed from.
    - A recurrent module is as many layers as it stacks.
    - A module that is called several times counts each time.
    """
    layers = [
        one
        for one in exact.operations
        if one.macs
        and exact.data_sources(one.id)
        and is_weighted_layer(one, [*one.weights, *_parameters_read(exact, one)])
    ]
    return WeightedLayers(
        lengths={one.id: _length(one) for one in layers},
        first=same_matrix(exact, {one.id for one in layers}),
        beside={one.id: number for one in layers if (number := _beside(exact, one))},
    )


def _length(operation: Operation) -> int:
    """How many layers a path through an operation with weights passes."""
    stacked = operation.attributes.get("num_layers")
    if family(operation.does) in RECURRENT and isinstance(stacked, int):
        return stacked
    return operator(operation.does).layers


def _beside(exact: Architecture, operation: Operation) -> int:
    """How many projections an attention has more, as it reads several tensors."""
    row = operator(operation.does)
    if row.category is not Category.ATTENTION or row.layers < 2:
        return 0
    return len(set(exact.data_sources(operation.id)[:_ATTENDED])) - 1


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
