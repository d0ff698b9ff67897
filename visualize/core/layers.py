"""Weighted layers and what belongs to one: its bias, its padding, the casts around it."""

from __future__ import annotations

import math
from collections.abc import Iterable

from visualize.core.architecture import NodeKind, Operation
from visualize.core.diagram import Box, BoxKind
from visualize.core.operators import (
    EMBEDDING,
    MOVES,
    PAD,
    MergeType,
    counts_as_layer,
    family,
    has_weight_matrix,
    merge_type,
    operator,
)


def is_weighted(box: Box) -> bool:
    """Whether a box works with a weight matrix, kernel or table."""
    weight = box.core.weight if box.kind is BoxKind.OPERATION else None
    learned = weight is not None and weight.learned
    return learned or has_weight_matrix(box.does, box.weights)


def is_weighted_layer(operation: Operation, read: Iterable[tuple[int, ...]]) -> bool:
    """Whether papers count an operation when they say how many layers deep a network is.

    Args:
        operation: the operation.
        read: the shapes of all parameters that it works with, also of those it reads.
    """
    if operation.weight and operation.weight.learned:
        return operator(operation.does).layers > 0
    return counts_as_layer(operation.does, read)


def adds_bias(operation: Operation, layer: Operation) -> bool:
    """Whether an operation adds one constant to each output of a layer that computes ``x W``.

    >>> from visualize.core.architecture import Constant, Weight
    >>> product = Operation("y", NodeKind.FUNCTION, "matmul", weight=Weight((8, 16), 8, 16))
    >>> added = Operation("z", NodeKind.FUNCTION, "add", constant=Constant("b", shape=(16,)))
    >>> adds_bias(added, product), adds_bias(product, added)
    (True, False)
    """
    constant, weight = operation.constant, layer.weight
    has_own = layer.kind is NodeKind.MODULE and len(layer.weights) > 1
    if constant is None or weight is None or has_own or family(layer.does) in EMBEDDING:
        return False
    if merge_type(operation.does) is not MergeType.ADD:
        return False
    return constant.shape is not None and math.prod(constant.shape) == weight.outputs > 1


def own_activation(layer: Operation) -> str:
    """The activation that a fused layer of torch applies itself; empty for all others.

    >>> name = "torch.ao.nn.intrinsic.quantized.modules.conv_relu.ConvReLU2d"
    >>> own_activation(Operation("c", NodeKind.MODULE, "ConvReLU2d", module_class=name))
    'ReLU'
    """
    is_fused = layer.module_class.startswith("torch.ao.nn.intrinsic.")
    return "ReLU" if is_fused and "ReLU" in layer.type else ""


def layer_of(operations: Iterable[Operation]) -> Operation | None:
    """The one weighted layer that operations on data are: the others pad, move, cast or add a bias.

    None if several of them have a weight, or if one of them does other work.
    """
    every = list(operations)
    layers = [one for one in every if one.weight]
    if len(layers) != 1:
        return None
    (layer,) = layers
    for one in every:
        prepares = family(one.does) in MOVES | PAD
        if one is not layer and not prepares and not adds_bias(one, layer):
            return None
    return layer


def widths(layer: Operation) -> tuple[int, int]:
    """How many features a layer reads and makes; 0 for what is unknown.

    >>> widths(Operation("fc", NodeKind.MODULE, "Linear",
    ...     attributes={"in_features": 8, "out_features": 2}))
    (8, 2)
    """
    given, weight = layer.attributes, layer.weight
    if weight:
        return weight.inputs, weight.outputs
    reads = given.get("in_features", given.get("in_channels", 0))
    makes = given.get("out_features", given.get("out_channels", 0))
    return reads, makes
