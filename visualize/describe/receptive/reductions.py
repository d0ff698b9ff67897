"""What reductions see, and what normalises or sorts along an axis."""

from __future__ import annotations

from visualize.describe.receptive.call import Call
from visualize.describe.receptive.maps import Map, combined
from visualize.describe.receptive.spans import every


def reduced(call: Call) -> list[Map]:
    """Sums, means, maxima and the like: what is left sees all along the axes that are not."""
    one = call.data
    rank = len(one.axes)
    if len(call.maps) > 1:
        return [combined(call.maps, call.shape)]
    over = call.numbers(2 if call.family in _WITH_ORDER else 1, "dim", "axis")
    axes = range(rank) if over is None else [axis % rank for axis in over]
    keeps = len(call.shape) == rank
    result = one.reduced(axes) if keeps else one.dropped(axes)
    return [result] * len(call.operation.outputs)


_WITH_ORDER = frozenset({"norm", "vectornorm", "quantile", "nanquantile"})


def along(call: Call) -> list[Map]:
    """Softmax, sorting and sums from the start: at most, a value sees all along an axis."""
    position = 2 if call.family in ("topk", "kthvalue") else 1
    default = -3 if call.family == "softmax2d" else -1
    axis = call.axis(position, "dim", "axis", default=default)
    one = call.data.reduced([axis])
    return [combined([one], tensor.shape) for tensor in call.operation.outputs]


def transformed(call: Call) -> list[Map]:
    """Fourier transforms: every value sees all along the axes."""
    rank = len(call.data.axes)
    axes = call.numbers(2, "dim")
    if axes is None:
        last = call.family[-1]
        count = rank if last == "n" else 2 if last == "2" else 1
        axes = list(range(rank - count, rank))
    return [combined([call.data.reduced(axes)], call.shape)]


def halved(call: Call) -> list[Map]:
    """GLU: the product of one half and a function of the other."""
    axis = call.axis(1, "dim", default=-1)
    size = call.shape[axis]
    return [combined([call.data.read(axis, every(size, start)) for start in (0, size)], call.shape)]
