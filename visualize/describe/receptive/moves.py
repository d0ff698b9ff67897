"""What operations see that move, pick and join values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from visualize.describe.receptive.call import Call
from visualize.describe.receptive.maps import Map, Source, combined, concatenated
from visualize.describe.receptive.spans import Reading, UnknownError, every

_SLICE = re.compile(r"slice\((-?\d+|None), (-?\d+|None), (-?\d+|None)\)")


def reshaped(call: Call) -> list[Map]:
    """A new shape for the same values."""
    result = call.data.reshaped(call.shape)
    if len(call.data.axes) > 3:
        moving = set().union(*map(call.data.moving, range(len(call.data.axes))))
        split = [one for one in moving if _factors(result, one) > _factors(call.data, one)]
        if len(split) > 1:  # an image in patches; groups of channels are one axis that is split
            call.places.update(split)
    return [result]


def _factors(one: Map, source: Source) -> int:
    """Along how many factors what is seen of an input moves on."""
    return max(
        (sum(map(span.moves, range(len(one.sizes)))) for span in one.seen[source]), default=0
    )


def permuted(call: Call) -> list[Map]:
    """``permute``."""
    order = call.numbers(1, "dims")
    rank = len(call.data.axes)
    if order is None or sorted(one % rank for one in order) != list(range(rank)):
        raise UnknownError
    return [call.data.permuted([one % rank for one in order])]


def transposed(call: Call) -> list[Map]:
    """Two axes change places; ``t`` takes the axes of a matrix."""
    rank = len(call.data.axes)
    order = list(range(rank))
    first, second = call.argument(1, "dim0", "axis0"), call.argument(2, "dim1", "axis1")
    name = call.family
    if name in ("t", "h") or (first in ("T", "H")):
        return [call.data.permuted(order[::-1])]
    if not isinstance(first, int) or not isinstance(second, int):
        if name not in ("mt", "mh", "adjoint"):
            raise UnknownError
        first, second = -2, -1
    order[first], order[second] = order[second], order[first]
    return [call.data.permuted(order)]


def axes_moved(call: Call) -> list[Map]:
    """``movedim``."""
    rank = len(call.data.axes)
    source, target = call.argument(1, "source"), call.argument(2, "destination")
    sources, targets = ([one] if isinstance(one, int) else one for one in (source, target))
    if not sources or not targets:
        raise UnknownError
    places = {to % rank: by % rank for by, to in zip(sources, targets)}
    left = iter(axis for axis in range(rank) if axis not in places.values())
    return [call.data.permuted([places[n] if n in places else next(left) for n in range(rank)])]


def squeezed(call: Call) -> list[Map]:
    """Axes of one position are dropped."""
    over = call.numbers(1, "dim")
    shape = call.data.shape
    axes = range(len(shape)) if over is None else [one % len(shape) for one in over]
    return [call.data.dropped([axis for axis in axes if shape[axis] == 1])]


def unsqueezed(call: Call) -> list[Map]:
    """An axis of one position is put in."""
    return [call.data.unsqueezed(_place(call))]


def _place(call: Call) -> int:
    place = call.argument(1, "dim")
    if not isinstance(place, int):
        raise UnknownError
    return place % (len(call.data.axes) + 1)


def expanded(call: Call) -> list[Map]:
    """Axes of one position are repeated, and new ones are put in front."""
    return [combined([call.data], call.shape)]


def tiled(call: Call) -> list[Map]:
    """``repeat`` and ``tile``: all positions in turn."""
    one = call.data
    while len(one.axes) < len(call.shape):
        one = one.unsqueezed(0)
    for axis, (old, new) in enumerate(zip(one.shape, call.shape)):
        one = one.repeated(axis, new // old)
    return [one]


def interleaved(call: Call) -> list[Map]:
    """``repeat_interleave``: every position several times."""
    one = call.data
    if len(one.axes) != len(call.shape):
        raise UnknownError
    for axis, (old, new) in enumerate(zip(one.shape, call.shape)):
        one = one.repeated(axis, new // old, inside=True)
    return [one]


def rolled(call: Call) -> list[Map]:
    """``roll``: positions beyond one end are those of the other."""
    shifts, axes = call.numbers(1, "shifts"), call.numbers(2, "dims")
    shifts, axes = _same_kind(call, shifts, axes)
    one = call.data
    for shift, axis in zip(shifts, axes):
        one = one.read(axis, every(one.shape[axis], -shift, wraps=True))
    return [one]


def _same_kind(
    call: Call, shifts: list[int] | None, axes: list[int] | None
) -> tuple[list[int], list[int]]:
    """The shift of each axis; ``roll(x, 1, 2)`` has one of each."""
    value = call.argument(1, "shifts")
    if isinstance(value, int):
        shifts = [value]
    if shifts is None or axes is None or len(shifts) != len(axes):
        raise UnknownError
    return shifts, axes


def flipped(call: Call) -> list[Map]:
    """``flip``: from the last position to the first."""
    one = call.data
    axes = {"fliplr": [1], "flipud": [0]}.get(call.family) or call.numbers(1, "dims")
    if axes is None:
        raise UnknownError
    for axis in axes:
        one = one.read(axis, every(one.shape[axis], one.shape[axis] - 1, -1))
    return [one]


def padded(call: Call) -> list[Map]:
    """Padding of any mode: beyond the border, a map goes on as it is."""
    one = call.data
    if one.shape == call.shape:
        return [one]
    amounts = call.argument(1, "pad", "padding")
    rank = len(one.axes)
    if isinstance(amounts, int):
        amounts = [amounts] * 2 * next((int(digit) for digit in call.family if digit in "123"), 1)
    if not isinstance(amounts, (list, tuple)):
        raise UnknownError
    for place in range(len(amounts) // 2):
        axis = rank - 1 - place
        one = one.read(axis, every(call.shape[axis], -amounts[2 * place]))
    return [one]


def joined(call: Call) -> list[Map]:
    """``cat`` and the like."""
    axis = {"hstack": 1, "vstack": 0, "dstack": 2}.get(call.family)
    if axis is None:
        axis = call.axis(1, "dim", "axis", default=0)
    operands = [one for one in call.operands if len(one.tensor.shape) == len(call.shape)]
    sizes = [one.tensor.shape[axis] for one in operands]
    if sum(sizes) != call.shape[axis]:
        raise UnknownError
    return [concatenated([one.map for one in operands], sizes, axis)]


def stacked(call: Call) -> list[Map]:
    """``stack``: tensors are joined along a new axis."""
    axis = call.argument(1, "dim", default=0)
    if not isinstance(axis, int):
        raise UnknownError
    axis %= len(call.shape)
    parts = [None if one.map is None else one.map.unsqueezed(axis) for one in call.operands]
    return [concatenated(parts, [1] * len(parts), axis)]


def split(call: Call) -> list[Map]:
    """``split`` and ``chunk``: parts of an axis."""
    axis = call.axis(2, "dim", "axis", default=0)
    parts, start = [], 0
    for tensor in call.operation.outputs:
        size = tensor.shape[axis]
        parts.append(call.data.read(axis, every(size, start)))
        start += size
    if start != call.data.shape[axis]:
        raise UnknownError
    return parts


def unbound(call: Call) -> list[Map]:
    """``unbind``: every position is a tensor of its own."""
    axis = call.axis(1, "dim", default=0)
    return [call.data.at(axis, place) for place in range(call.data.shape[axis])]


def narrowed(call: Call) -> list[Map]:
    """``narrow``, ``select`` and ``slice`` of one axis."""
    axis = call.axis(1, "dim", default=0)
    one = call.data
    size = one.shape[axis]
    start = call.argument(2, "start", "index", default=0)
    if not isinstance(start, int):
        raise UnknownError
    start = start + size if start < 0 else min(start, size)
    if call.family == "select":
        return [one.at(axis, start)]
    step = call.argument(4, "step", default=1) if call.family == "slice" else 1
    return [one.read(axis, every(call.shape[axis], start, step))]


def picked(call: Call) -> list[Map]:
    """``x[…]`` with numbers, slices, ``...`` and ``None``, or one of several tensors."""
    index = call.argument(1, "idx", "key", "index")
    first = call.operands[0]
    shapes = [tensor.shape for tensor in call.operation.outputs]
    if isinstance(index, int) and (len(first.several) > 1 or first.tensor.shape == call.shape):
        return _of_several(first.several, index, shapes)
    if isinstance(index, str) and index not in ("...", "None") and not _SLICE.fullmatch(index):
        return _of_several(first.several, 0, shapes)
    if index is None and len(call.operands) == 1 and call.data.shape == call.shape:
        return [call.data]
    if index is None:
        raise UnknownError
    items = list(index) if isinstance(index, (list, tuple)) else [index]
    return [indexed(call.data, items)]


def _of_several(several: Sequence[Map], index: int, wanted: Sequence[tuple[int, ...]]) -> list[Map]:
    """Those of several results that have the shapes of what is picked, from its place on."""
    first = index % len(several)
    for start in (*range(first, len(several)), *range(first)):
        if [one.shape for one in several[start : start + len(wanted)]] == list(wanted):
            return list(several[start : start + len(wanted)])
    raise UnknownError


def indexed(one: Map, items: Sequence[Any]) -> Map:
    """A part of a tensor."""
    axis = 0
    for place, item in enumerate(items):
        if item == "...":
            axis = len(one.axes) - _taken(items[place + 1 :])
        elif item == "None":
            one = one.unsqueezed(axis)
            axis += 1
        elif isinstance(item, int) and not isinstance(item, bool):
            one = one.at(axis, item % one.shape[axis])
        elif match := (_SLICE.fullmatch(item) if isinstance(item, str) else None):
            bounds = (None if part == "None" else int(part) for part in match.groups())
            places = range(one.shape[axis])[slice(*bounds)]
            if len(places) != one.shape[axis]:
                one = one.read(axis, every(len(places), places.start, places.step))
            axis += 1
        else:
            raise UnknownError
    return one


def _taken(items: Sequence[Any]) -> int:
    """How many axes some indices pick from."""
    return sum(one not in ("...", "None") for one in items)


def shuffled(call: Call) -> list[Map]:
    """``pixel_shuffle``, ``pixel_unshuffle`` and ``channel_shuffle``."""
    one, rank = call.data, len(call.shape)
    *before, channels, height, width = one.shape
    kept = list(range(len(before)))
    c = len(before)
    if call.family == "channelshuffle":
        groups = call.argument(1, "groups")
        if not isinstance(groups, int):
            raise UnknownError
        parts = one.reshaped((*before, groups, channels // groups, height, width))
        order = [*kept, c + 1, c, c + 2, c + 3]
    elif call.family == "pixelshuffle":
        factor = call.shape[-1] // width
        parts = one.reshaped((*before, channels // factor**2, factor, factor, height, width))
        order = [*kept, c, c + 3, c + 1, c + 4, c + 2]
    else:
        factor = width // call.shape[-1]
        parts = one.reshaped((*before, channels, height // factor, factor, width // factor, factor))
        order = [*kept, c, c + 2, c + 4, c + 1, c + 3]
        call.slides(rank - 1)
        call.slides(rank - 2)
    return [parts.permuted(order).reshaped(call.shape)]


def windows(call: Call) -> list[Map]:
    """``Tensor.unfold``, which has the values of each window on a new last axis."""
    axis = call.axis(1, "dimension")
    size, step = call.argument(2, "size"), call.argument(3, "step")
    if not isinstance(size, int) or not isinstance(step, int):
        raise UnknownError
    call.slides(axis)
    reading = Reading(call.shape[axis], np.arange(size)[None], step)
    one = call.data.gathered(axis, reading)
    rank = len(one.axes)
    return [one.permuted([*(n for n in range(rank) if n != axis + 1), axis + 1])]


def written(call: Call) -> list[Map]:
    """``x[…] = y``: what is written sees what ``y`` does, and the rest what ``x`` does."""
    index = call.argument(1, "idx", "key", "index")
    if index is None:
        raise UnknownError
    target, *values = call.operands
    value = values[0].map if values else None
    if value is None:
        return [call.data]
    items = list(index) if isinstance(index, (list, tuple)) else [index]
    placed = _placed(value, items, call.shape)
    return [combined([placed] if target.map is None else [target.map, placed], call.shape)]


def copied(call: Call) -> list[Map]:
    """``copy_``: the result sees what is copied, and nothing of what it is written over."""
    source = call.operands[-1].map
    if source is None:
        raise UnknownError
    return [combined([source], call.shape)]


def _placed(value: Map, items: Sequence[Any], shape: tuple[int, ...]) -> Map:
    """A value at the places of a tensor that an index picks."""
    missing = len(shape) - _taken(items)
    spread: list[Any] = []
    for item in items:
        spread += ["slice(None, None, None)"] * missing if item == "..." else [item]
    spread += ["slice(None, None, None)"] * (len(shape) - len(spread))
    if "None" in items or len(spread) != len(shape):
        raise UnknownError
    kept = []
    for axis, item in enumerate(spread):
        if isinstance(item, int):
            kept.append(range(shape[axis])[item : item + 1 or None])
            continue
        match = _SLICE.fullmatch(item) if isinstance(item, str) else None
        if not match:
            raise UnknownError
        bounds = (None if part == "None" else int(part) for part in match.groups())
        kept.append(range(shape[axis])[slice(*bounds)])
    picked_shape = [len(places) for places, item in zip(kept, spread) if not isinstance(item, int)]
    value = combined([value], tuple(picked_shape))
    for axis, item in enumerate(spread):
        value = value.unsqueezed(axis) if isinstance(item, int) else value
    for axis, places in enumerate(kept):
        value = value.scattered(axis, places, shape[axis])
    return value
