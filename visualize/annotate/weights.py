"""The weight that each operation works with, in the shape in which the operation reads it.

What a layer is follows from the tensor it multiplies with, and not from the name of its class or
from a parameter that has yet to be transposed, reshaped or composed: ``F.conv2d(x,
w.permute(3, 2, 0, 1))`` is a convolution with the kernel that comes out of the permutation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Set
from dataclasses import replace
from typing import Any

import networkx as nx
import torch
from torch import fx, nn

from visualize.annotate.held import Held
from visualize.annotate.products import Axes, factors_of
from visualize.annotate.structure import function_arguments
from visualize.core.architecture import Operation, Weight
from visualize.core.operators import (
    CONVOLUTION,
    EMBEDDING,
    LINEAR,
    PRODUCT,
    TRANSPOSED_CONVOLUTION,
    family,
)
from visualize.core.traced import TracedModel, facts_of

Shape = tuple[int, ...]
_Layout = Callable[[Shape, int, bool], Weight | None]
_COUNTS_AS = {
    **dict.fromkeys(PRODUCT, "Linear"),
    **dict.fromkeys(("getitem", "indexselect"), "Embedding"),
}


def annotate_weights(
    graph: nx.MultiDiGraph, trace: TracedModel, held: Mapping[fx.Node, Held]
) -> None:
    """Set ``weight`` of every operation that multiplies its input with one, or looks it up in one.

    A product of data with a matrix that is computed from parameters, or from quantized weights,
    counts as a linear layer.
    """
    # Computed from parameters or quantized weights, and from no input of the model.
    learned = {
        node.name for node, own in held.items() if node.op == "get_attr" and own.is_quantized
    }
    for node in trace.graph.nodes:
        operation: Operation = graph.nodes[node.name]["operation"]
        data = {source for source, _, wire in graph.in_edges(node.name, data="wire") if wire.data}
        if not data and (operation.weights or learned.intersection(graph.pred[node.name])):
            learned.add(node.name)
        if node.op == "call_module":
            weight = _weight_of_module(trace.module_at(str(node.target)), operation)
        elif node.op in ("call_function", "call_method") and data:
            weight = _weight_of_function(operation, node, data, learned)
        else:
            weight = None
        if weight:
            counts_as = _COUNTS_AS.get(family(operation.type), operation.counts_as)
            changed = replace(operation, weight=weight, counts_as=counts_as)
            graph.nodes[node.name]["operation"] = changed


def _weight_of_function(
    operation: Operation, node: fx.Node, data: Set[str], learned: Set[str]
) -> Weight | None:
    kind, arguments = family(operation.type), function_arguments(node)
    if kind in PRODUCT or "mat2" in arguments:
        return _factor(kind, arguments, data, learned)
    if kind in ("getitem", "indexselect"):
        return _looked_up(kind, node, arguments, learned)
    read = arguments.get("weight")
    if kind not in _LAYOUTS or not isinstance(read, fx.Node):
        return None
    shape, groups = _shape(read), arguments.get("groups", 1)
    if kind in CONVOLUTION and (samples := _samples_in_groups(operation)) > 1:
        shape, groups = (shape[0] // samples, *shape[1:]), groups // samples
    more = len(shape) - _ranks(kind)
    return _layout(_LAYOUTS[kind], shape, groups, read.name in learned, more)


def _ranks(kind: str) -> int:
    """How many axes the weight of a function has, if no ensemble stacks several."""
    if kind in CONVOLUTION | TRANSPOSED_CONVOLUTION:
        return 2 + int(kind[-2])
    return 3 if kind == "bilinear" else 2


def _layout(
    layout: _Layout, shape: Shape, groups: int, learned: bool, stacked: int
) -> Weight | None:
    """A weight of some shape, whose first axes may number the members of an ensemble."""
    weight = layout(shape[max(stacked, 0) :], groups, learned)
    return replace(weight, members=math.prod(shape[:stacked])) if weight and stacked > 0 else weight


def _looked_up(
    kind: str, node: fx.Node, arguments: Mapping[str, Any], learned: Set[str]
) -> Weight | None:
    """The table of which rows are taken by computed indices: ``codebook[indices]``."""
    table, *_ = node.all_input_nodes
    if kind == "getitem":
        rows = node.args[1]
    else:
        rows = arguments.get("index") if arguments.get("dim") == 0 else None
    numbers = facts_of(rows).outputs if isinstance(rows, fx.Node) else ()
    is_table = table.name in learned and table is not rows and len(_shape(table)) == 2
    is_lookup = is_table and bool(numbers) and numbers[0].dtype.startswith("int")
    return _table(_shape(table), 1, True) if is_lookup else None


def _samples_in_groups(operation: Operation) -> int:
    """For how many samples a convolution makes channels; each is in groups of its own then."""
    (made, *_) = operation.outputs or (None,)
    if made is None or made.sample is None or len(made.sample) + 1 != len(made.shape):
        return 1
    return made.shape[1] // made.sample[0] if made.shape[0] == 1 and made.sample[0] else 1


def _factor(
    kind: str, arguments: Mapping[str, Any], data: Set[str], learned: Set[str]
) -> Weight | None:
    """The factor of a product that is computed from parameters, if it is one matrix for all."""
    factors = factors_of(kind, arguments)
    if not factors or not isinstance(factors[0], fx.Node) or not isinstance(factors[1], fx.Node):
        return None
    for at, (factor, other) in enumerate((factors, factors[::-1])):
        if factor.name in learned and other.name in data:
            shape = _shape(factor)
            axes = Axes.of(kind, arguments, at, len(shape))
            if axes is None or any(shape[axis] > 1 for axis in axes.stacked):
                return None
            inputs, outputs = (
                math.prod(shape[axis] for axis in each) for each in (axes.summed, axes.kept)
            )
            return Weight(shape, inputs, outputs)
    return None


def _weight_of_module(module: nn.Module, operation: Operation) -> Weight | None:
    """The weight of a module of torch.nn, after any parametrisation, or stacked for the run."""
    for kinds, layout in _MODULES:
        if isinstance(module, kinds):
            own = _own_shape(module)
            used = next(iter(operation.weights), own)
            stacked = len(used) - len(own)
            is_ensemble = stacked > 0 and used[stacked:] == own
            shape = used if is_ensemble else own
            groups = getattr(module, "groups", 1)
            return _layout(layout, shape, groups, True, stacked if is_ensemble else 0)
    return None


def _own_shape(module: nn.Module) -> Shape:
    """The shape of ``module.weight``; a parametrised one is computed by any code."""
    try:
        with torch.no_grad():
            weight = module.weight
    except Exception:
        return ()
    return tuple(weight.shape) if isinstance(weight, torch.Tensor) else ()


def _shape(node: fx.Node) -> Shape:
    outputs = facts_of(node).outputs
    return outputs[0].shape if outputs else ()


# From the shape of a weight, in the layout that an operation reads.


def _kernel(shape: Shape, groups: int, learned: bool) -> Weight | None:
    """Outputs × inputs of one group × places."""
    known = len(shape) > 2
    return Weight(shape, shape[1] * groups, shape[0], learned, groups) if known else None


def _transposed_kernel(shape: Shape, groups: int, learned: bool) -> Weight | None:
    """Inputs × outputs of one group × places."""
    known = len(shape) > 2
    return Weight(shape, shape[0], shape[1] * groups, learned, groups) if known else None


def _matrix(shape: Shape, _: int, learned: bool) -> Weight | None:
    """Outputs × inputs; the inputs alone if there is one output."""
    if len(shape) == 1:
        return Weight(shape, shape[0], 1, learned)
    known = len(shape) in (2, 3)  # with a second input, for a bilinear layer
    return Weight(shape, math.prod(shape[1:]), shape[0], learned) if known else None


def _table(shape: Shape, _: int, learned: bool) -> Weight | None:
    """Rows × width."""
    return Weight(shape, shape[0], shape[1], learned) if len(shape) == 2 else None


_LAYOUTS: Mapping[str, _Layout] = {
    **dict.fromkeys(CONVOLUTION, _kernel),
    **dict.fromkeys(TRANSPOSED_CONVOLUTION, _transposed_kernel),
    **dict.fromkeys(LINEAR, _matrix),
    **dict.fromkeys(EMBEDDING, _table),
}
_MODULES: tuple[tuple[tuple[type[nn.Module], ...], _Layout], ...] = (
    ((nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d), _transposed_kernel),
    ((nn.Conv1d, nn.Conv2d, nn.Conv3d), _kernel),
    ((nn.Linear, nn.Bilinear), _matrix),
    ((nn.Embedding, nn.EmbeddingBag), _table),
)
