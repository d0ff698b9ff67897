"""Which dimension of each feature holds its channels.

Layers show it: a convolution has its channels before its positions, a linear layer at the end.
From there it is followed through what only moves values.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from visualize.annotate.skips.flow import Flow, Shape
from visualize.core.arguments import argument
from visualize.core.operators import (
    ATTENTION,
    CONCAT,
    CONVOLUTION,
    COPIES,
    EMBEDDING,
    GATHER,
    LINEAR,
    MOVES,
    PAD,
    POOL,
    PRODUCT,
    REDUCTION,
    RESAMPLE,
    RESHAPE,
    TRANSPOSED_CONVOLUTION,
    family,
)

_LAST = LINEAR | EMBEDDING | {"layernorm", "rmsnorm", "multiheadattention"}
_SECOND = frozenset(
    {
        "batchnorm", "batchnorm1d", "batchnorm2d", "batchnorm3d", "syncbatchnorm",
        "frozenbatchnorm2d", "groupnorm", "layernorm2d", "localresponsenorm", "instancenorm",
        "instancenorm1d", "instancenorm2d", "instancenorm3d", "pixelshuffle", "pixelunshuffle",
    }
)  # fmt: skip
_CONVOLUTIONS = CONVOLUTION | TRANSPOSED_CONVOLUTION
# Their results have channels where what they read has them, or where that can be found.
_FOLLOWED = MOVES | COPIES | CONCAT | PAD | POOL | RESAMPLE | REDUCTION | GATHER
_RESIZED = PAD | POOL | RESAMPLE  # which keep the order of dimensions
_SWAPS = frozenset({"transpose", "swapaxes", "swapdims"})
_TURNS = frozenset({"t", "mt", "h", "mh", "adjoint"})


def known_axes(flow: Flow) -> dict[str, int]:
    """The dimension of the channels of each node, where it is known."""
    expected = _expected_axes(flow)
    axes: dict[str, int] = {}
    for node in flow.order:
        axis = _axis(flow, node, axes)
        if axis is None and not flow.inflows[node]:
            axis = expected.get(node)
        if axis is not None:
            axes[node] = axis
    return axes


def channel_axis(name: str, shape: Shape) -> int | None:
    """The dimension of the channels that an operation makes or works on."""
    size = len(shape)
    if name in _LAST:
        return size - 1 if size else None
    if name in _CONVOLUTIONS:
        axis = size - int(name[-2]) - 1
        return axis if axis >= 0 else None
    return 1 if name in _SECOND and size > 1 else None


def _expected_axes(flow: Flow) -> dict[str, int]:
    """The dimension that the readers of each node work on."""
    expected: dict[str, int] = {}
    for node in reversed(flow.order):
        name = family(flow.type(node))
        for inflow in flow.inflows[node][:1]:
            shape = inflow.wire.tensor.shape if inflow.wire.tensor else ()
            axis = channel_axis(name, shape)
            if axis is None and node in expected:
                axis = _moved_back(flow, node, expected[node], shape)
            if axis is not None:
                expected.setdefault(inflow.source, axis)
    return expected


def _moved_back(flow: Flow, node: str, axis: int, old: Shape) -> int | None:
    """Where the channels are before ``node``, that are at ``axis`` after it."""
    order = _order(flow, node, len(old))
    if order is not None:
        return order[axis]
    new = flow.shape(node) or ()
    resized = family(flow.type(node)) in _RESIZED and len(old) == len(new)
    return axis if resized or old == new else None


def _axis(flow: Flow, node: str, axes: dict[str, int]) -> int | None:
    shape = flow.shape(node)
    if not shape:
        return None
    name = family(flow.type(node))
    known = [one for one in flow.inflows[node] if one.source in axes and one.wire.tensor]
    before = [one.wire.tensor.shape for one in known if one.wire.tensor]
    if name in LINEAR and known and axes[known[0].source] != len(before[0]) - 1:
        return axes[known[0].source]  # it mixes positions
    axis = channel_axis(name, shape)
    if axis is not None:
        return axis
    for inflow, old in zip(known, before):
        axis = _moved(flow, node, axes[inflow.source], old, shape)
        if axis is not None:
            return axis
    return None


def _moved(flow: Flow, node: str, axis: int, old: Shape, new: Shape) -> int | None:
    """Where the channels are after ``node``, that were at ``axis`` before."""
    name = family(flow.type(node))
    order = _order(flow, node, len(old))
    if order is not None:
        return order.index(axis) if axis in order else None
    if name in PRODUCT | ATTENTION:
        return None
    if old == new:
        return axis
    if name not in _FOLLOWED:
        return None
    is_expanded = math.prod(old) != math.prod(new)
    if len(old) == len(new) and (is_expanded or name not in RESHAPE):
        return axis
    if not is_expanded:
        inside = math.prod(old[:axis])
        return next(
            (
                at
                for at, size in enumerate(new)
                if size == old[axis] and math.prod(new[:at]) == inside
            ),
            None,
        )
    found = [at for at, size in enumerate(new) if size == old[axis]]
    return found[0] if len(found) == 1 else None


def _order(flow: Flow, node: str, size: int) -> Sequence[int] | None:
    """The dimensions that ``node`` permutes, in their new order, if it does and they are known."""
    operation = flow.operations[node]
    name = family(operation.type)
    if name in _SWAPS | _TURNS:
        one, two = argument(operation, 1, "dim0", "axis0"), argument(operation, 2, "dim1", "axis1")
        if name not in _SWAPS:
            one, two = -1, -2
        if not (isinstance(one, int) and isinstance(two, int)) or size < 2:
            return None
        order = list(range(size))
        order[one], order[two] = order[two], order[one]
        return order
    if name == "permute":
        dims = argument(operation, 1, "dims")
        if isinstance(dims, int):
            dims = [operation.attributes.get(str(number + 1)) for number in range(size)]
        known = isinstance(dims, list) and len(dims) == size
        if known and all(isinstance(dim, int) for dim in dims):
            return [dim % size for dim in dims]
    return None
