"""What torchinfo, fvcore and ptflops count, as rules on our graph; docs/counting.md has words.

Each rule is a function of one operation. If a rule is right, its sum over a graph is what the tool
prints, and the difference from our MACs is explained.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from visualize.core.architecture import Architecture, NodeKind, Operation, TensorSpec

Rule = Callable[[Architecture, Operation], int]

_NORMS = ("LayerNorm", "GroupNorm", "InstanceNorm2d", "layer_norm", "group_norm")
_RECURRENT = ("LSTM", "GRU", "RNN")
# What ptflops counts as a module; each calls a function that it counts as well.
_ACTIVATIONS = ("ReLU", "ReLU6", "GELU", "ELU", "PReLU")
_ONCE = ("LeakyReLU", "SiLU")  # as a module, or as a function, but not both
# Products that other tools take for nothing.
_UNCOUNTED = (*_RECURRENT, "scaled_dot_product_attention", "grouped_mm")
_ACTIVATION_FUNCTIONS = ("relu", "relu6", "gelu", "elu", "silu", "softmax")


def counted(architecture: Architecture, rule: Rule) -> int:
    """What a tool counts in a whole model."""
    return sum(rule(architecture, one) for one in architecture.operations)


def of_fvcore(architecture: Architecture, one: Operation) -> int:
    """Products but those of fused attention, grouped experts and recurrence; norms and pooling."""
    if one.type in _UNCOUNTED:
        return 0
    if one.type.startswith(("BatchNorm", "batch_norm")):
        return 2 * _elements_in(architecture, one)
    if one.type in _NORMS:
        return 5 * _elements_in(architecture, one)
    if one.type in ("AdaptiveAvgPool2d", "adaptive_avg_pool2d"):
        return _elements_in(architecture, one)
    return one.macs - _fused_products(architecture, one)


def of_ptflops_by_operator(architecture: Architecture, one: Operation) -> int:
    """Products but those of fused attention, grouped experts and recurrence; biases."""
    if one.type in _UNCOUNTED:
        return 0
    return one.macs - _fused_products(architecture, one) + _biases(architecture, one)


def of_ptflops_by_module(architecture: Architecture, one: Operation) -> int:
    """Modules of some classes, and functions: activations and pooling count as both."""
    is_module = one.kind is NodeKind.MODULE
    if one.type in _RECURRENT:
        return one.macs + _beside_products(one)
    if one.type == "MultiheadAttention":
        return one.macs + _biases(architecture, one) + _scaling_and_softmax(architecture, one)
    if one.type in (*_UNCOUNTED, "linear"):  # the function; the module is Linear
        return 0
    if one.type == "addmm":  # the bias once, however many rows there are
        return one.macs + one.outputs[0].shape[-1]
    if one.type.startswith("BatchNorm"):
        return 2 * _elements_in(architecture, one)
    if is_module and one.type in _NORMS:
        return (2 if one.type != "LayerNorm" else 1) * _elements_in(architecture, one)
    if is_module and one.type in _ACTIVATIONS:
        return 2 * _elements_in(architecture, one)
    if is_module and "Pool" in one.type:
        return 2 * _elements_in(architecture, one)
    if one.type in (*_ONCE, *_ACTIVATION_FUNCTIONS) or "_pool" in one.type:
        return _elements_in(architecture, one)
    return one.macs + _biases(architecture, one)


def of_torchinfo(architecture: Architecture, one: Operation) -> int:
    """Parameters of modules: of convolutions for each position, of others once for each sample.

    What has "Conv" in the name of its class is one. Attention is not: it has a module inside.
    """
    module, _, name = one.path.rpartition(".")
    inside = one.kind is NodeKind.CONSTANT and module in architecture.modules
    if inside and name in ("weight", "bias"):
        last = [each for each in architecture.operations if each.path == module][-1]
        class_name, shape = architecture.modules[module], last.outputs[0].shape
    elif one.kind is NodeKind.MODULE and one.type != "MultiheadAttention" and one.weights:
        class_name, shape = one.type, one.outputs[0].shape
    else:
        return 0
    parameters = sum(map(math.prod, one.weights))
    if "Conv" in class_name:
        return parameters * math.prod((*shape[:1], *shape[2:]))
    if class_name in _RECURRENT:
        return parameters * math.prod(shape[:2])
    return parameters * shape[0]


def _elements_in(architecture: Architecture, one: Operation) -> int:
    (tensor, *_) = _read(architecture, one)
    return math.prod(tensor.shape)


def _read(architecture: Architecture, one: Operation) -> list[TensorSpec]:
    return [wire.tensor for _, _, wire in architecture.inputs(one.id) if wire.tensor]


def _fused_products(architecture: Architecture, one: Operation) -> int:
    """MACs of queries × keys and weights × values inside of an attention that is one module."""
    if one.type != "MultiheadAttention":
        return 0
    query, key = _query_and_key(architecture, one)
    batch, length, width = query
    return 2 * batch * length * key[1] * width


def _query_and_key(architecture: Architecture, one: Operation) -> list[tuple[int, ...]]:
    assert one.attributes["batch_first"]
    shapes = [tensor.shape for tensor in _read(architecture, one)]
    return [shapes[0], shapes[min(1, len(shapes) - 1)]]


def _scaling_and_softmax(architecture: Architecture, one: Operation) -> int:
    (batch, length, width), key = _query_and_key(architecture, one)
    heads: int = one.attributes["num_heads"]
    return batch * length * (width + heads * key[1])


def _biases(architecture: Architecture, one: Operation) -> int:
    """An addition for each element that a layer with a bias returns."""
    read = [wire.tensor for _, _, wire in architecture.inputs(one.id) if not wire.data]
    shapes = (*one.weights, *(tensor.shape for tensor in read if tensor))
    if not one.macs or not any(len(shape) == 1 for shape in shapes):
        return 0
    if one.type == "MultiheadAttention":
        query, key = _query_and_key(architecture, one)
        return 2 * math.prod(query) + 2 * math.prod(key)
    return math.prod(one.outputs[0].shape)


def _beside_products(one: Operation) -> int:
    """Of an LSTM: two biases, four sums, six products and sums of its state, each step and unit."""
    assert one.type == "LSTM"
    directions = 2 if one.attributes["bidirectional"] else 1
    units = one.attributes["hidden_size"] * one.attributes["num_layers"] * directions
    return math.prod(one.outputs[0].shape[:2]) * units * (2 * 4 + 4 + 6)
