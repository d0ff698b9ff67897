"""What windows see: convolutions, pooling, resampling, patches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from visualize.describe.receptive.call import Call
from visualize.describe.receptive.gates import Factor, without_gates
from visualize.describe.receptive.maps import Map, combined
from visualize.describe.receptive.spans import Reading, UnknownError


def sliding(size: int, kernel: int, stride: int, dilation: int, padding: int) -> Reading:
    """A window that slides along an axis, with so much padding before it.

    >>> sliding(4, kernel=3, stride=2, dilation=1, padding=1).rows(2)[0].tolist()
    [[-1, 0, 1], [1, 2, 3]]
    """
    return Reading(size, np.arange(kernel)[None] * dilation - padding, stride)


def spreading(size: int, kernel: int, stride: int, dilation: int, padding: int) -> Reading:
    """A transposed convolution: the positions whose windows a value is part of.

    >>> spreading(6, kernel=3, stride=2, dilation=1, padding=1).rows(3)[0].tolist()
    [[0, 0, -1], [1, 0, 0], [1, 1, 0]]
    """
    moved = np.arange(stride)[:, None] + padding - dilation * np.arange(kernel)[None]
    return Reading(size, moved // stride, 1, moved % stride == 0)


def dividing(size: int, given: int) -> Reading:
    """Windows that divide an axis of ``given`` positions into ``size`` equal parts."""
    common = math.gcd(size, given)
    rows = [
        range(index * given // size, -(-(index + 1) * given // size))
        for index in range(size // common)
    ]
    return _reading(size, [list(row) for row in rows], given // common)


def _reading(size: int, rows: Sequence[Sequence[int]], advance: int) -> Reading:
    most = max(map(len, rows))
    taps = np.array([[*row, *[0] * (most - len(row))] for row in rows])
    valid = np.array([[index < len(row) for index in range(most)] for row in rows])
    return Reading(size, taps, advance, valid)


def convolution(call: Call) -> list[Map]:
    """Convolutions and transposed convolutions."""
    is_transposed = "transpose" in call.family
    given = call.operands[0].map
    axes = _places(call)
    count = len(axes)
    kernel = _kernel(call, count)
    stride = call.sizes(count, "stride", 3, [1] * count)
    dilation = call.sizes(count, "dilation", 7 if is_transposed else 5, [1] * count)
    padding = _padding(call, kernel, dilation)
    groups = call.argument(6, "groups", default=1)
    weights = [one.map for one in call.operands[1:] if one.map is not None]
    factors: list[Factor] = []
    if given is not None:
        mixed = _grouped(given, axes[0] - 1, groups, call.shape[axes[0] - 1])
        window = spreading if is_transposed else sliding
        for place, axis in enumerate(axes):
            call.slides(axis, mixed)
            size, before = call.shape[axis], given.shape[axis]
            if (
                not is_transposed
                and size == 1
                and kernel[place] == before > 1
                and not padding[place]
            ):
                mixed = mixed.reduced([axis])
                continue
            mixed = mixed.read(
                axis, window(size, kernel[place], stride[place], dilation[place], padding[place])
            )
        factors.append(Factor(mixed, call.shape))
    # Weights made from data, all of which each value depends on.
    factors += [Factor(weight.dropped(range(len(weight.axes))), ()) for weight in weights]
    return [combined(without_gates(factors), call.shape)]


def _is_global(size: int, given: int, kernel: int, padding: int) -> bool:
    """Whether there is one window, which is the whole map."""
    return size == 1 and kernel == given > 1 and not padding


def _places(call: Call) -> list[int]:
    """The axes that windows slide along, of which a family has the number at its end."""
    count = next((int(one) for one in call.family if one in "123"), 0)
    rank = len(call.shape)
    if not 0 < count < rank + 1:
        raise UnknownError
    return list(range(rank - count, rank))


def _kernel(call: Call, count: int) -> list[int]:
    weight = call.operation.weight
    if weight and len(weight.shape) > count:
        return list(weight.shape[-count:])
    known = call.sizes(count, "kernel_size", -1, ())
    if not known and len(call.operands) > 1:
        known = list(call.operands[1].tensor.shape[-count:])
    if len(known) != count:
        raise UnknownError
    return known


def _padding(call: Call, kernel: Sequence[int], dilation: Sequence[int]) -> list[int]:
    if call.argument(4, "padding") == "same":
        return [step * (size - 1) // 2 for size, step in zip(kernel, dilation)]
    return call.sizes(len(kernel), "padding", 4, [0] * len(kernel))


def _grouped(given: Map, axis: int, groups: int, size: int) -> Map:
    """Channels that see all channels of their group."""
    if axis < 0:
        return given
    if groups == 1 or not given.depends_on(axis):
        return given.reduced([axis]).repeated(axis, size)
    inside = given.shape[axis] // groups
    rows = np.tile(np.arange(inside), (size // groups, 1))
    return given.read(axis, Reading(size, rows, inside))


def pooling(call: Call) -> list[Map]:
    """Pooling, of windows or to a size."""
    axes = _places(call)
    count = len(axes)
    seen = call.data
    if "adaptive" in call.family:
        for axis in axes:
            call.slides(axis)
            size, given = call.shape[axis], call.data.shape[axis]
            seen = seen.reduced([axis]) if size == 1 else seen.read(axis, dividing(size, given))
        return [seen] * len(call.operation.outputs)
    kernel = call.sizes(count, "kernel_size", 1, ())
    if len(kernel) != count:
        raise UnknownError
    stride = call.sizes(count, "stride", 2, kernel)
    padding = call.sizes(count, "padding", 3, [0] * count)
    dilation = call.sizes(count, "dilation", 4, [1] * count)
    if "max" not in call.family:
        dilation = [1] * count
    if "lp" in call.family:
        padding = [0] * count
    for place, axis in enumerate(axes):
        call.slides(axis)
        size, given = call.shape[axis], call.data.shape[axis]
        if _is_global(size, given, kernel[place], padding[place]):
            seen = seen.reduced([axis])
            continue
        seen = seen.read(
            axis, sliding(size, kernel[place], stride[place], dilation[place], padding[place])
        )
    return [seen] * len(call.operation.outputs)


def resampling(call: Call) -> list[Map]:
    """Resampling to a size or by a factor."""
    seen = call.data
    mode = _mode(call)
    count = len(call.shape) - 2
    factors = call.argument(2, "scale_factor", "scale_factors")
    factors = factors if isinstance(factors, list) else [factors] * count
    recompute = call.argument(5, "recompute_scale_factor")
    for axis, factor in zip(range(2, len(call.shape)), factors):
        call.slides(axis)
        size, given = call.shape[axis], call.data.shape[axis]
        if mode == "area":
            seen = seen.reduced([axis]) if size == 1 else seen.read(axis, dividing(size, given))
            continue
        scale = Fraction(given, size)
        if isinstance(factor, (int, float)) and not recompute:
            scale = 1 / Fraction(factor).limit_denominator(10000)
        if call.argument(4, "align_corners") is True or call.family == "upsamplingbilinear2d":
            scale = Fraction(given - 1, size - 1) if size > 1 else Fraction(0)
            reading = _sampled(size, scale, Fraction(0), _TAPS.get(mode, 1))
        elif mode == "nearest":
            reading = _sampled(size, scale, Fraction(0), 1)
        elif mode == "nearest-exact":
            reading = _sampled(size, scale, scale / 2, 1)
        elif call.argument(6, "antialias") and scale > 1:
            reading = _smoothed(size, scale, _TAPS[mode] // 2)
        else:
            reading = _sampled(size, scale, scale / 2 - Fraction(1, 2), _TAPS[mode])
        seen = seen.read(axis, reading)
    return [seen]


# How many positions each mode combines along an axis.
_TAPS = {"linear": 2, "bilinear": 2, "trilinear": 2, "bicubic": 4}
_MODES = ("bilinear", "trilinear", "bicubic", "linear")


def _mode(call: Call) -> str:
    mode = call.argument(3, "mode")
    if isinstance(mode, str):
        return mode
    named = next((one for one in _MODES if one in call.family), "nearest")
    return "nearest-exact" if "nearestexact" in call.family else named


def _sampled(size: int, scale: Fraction, offset: Fraction, taps: int) -> Reading:
    """Positions that are ``scale`` apart, each between ``taps`` others unless it is on one."""
    rows = []
    for index in range(min(scale.denominator, size)):
        place = index * scale + offset
        before = math.floor(place)
        if taps == 1 or place == before:
            rows.append([before])
        else:
            rows.append(list(range(before + 1 - taps // 2, before + 1 + taps // 2)))
    return _reading(size, rows, scale.numerator)


def _smoothed(size: int, scale: Fraction, radius: int) -> Reading:
    """Positions that are ``scale`` apart, of all that are nearer than ``radius`` of them."""
    rows = []
    for index in range(min(scale.denominator, size)):
        center = (index + Fraction(1, 2)) * scale - Fraction(1, 2)
        low, high = center - radius * scale, center + radius * scale
        rows.append(list(range(math.floor(low) + 1, math.ceil(high))))
    return _reading(size, rows, scale.numerator)


def patches(call: Call) -> list[Map]:
    """``F.unfold``, which has the values of each window on the axis of channels."""
    rank = len(call.data.axes)
    axes = [rank - 2, rank - 1]
    kernel = call.sizes(2, "kernel_size", 1, ())
    if not kernel:
        raise UnknownError
    dilation = call.sizes(2, "dilation", 2, [1, 1])
    padding = call.sizes(2, "padding", 3, [0, 0])
    stride = call.sizes(2, "stride", 4, [1, 1])
    seen = call.data
    for place in (1, 0):
        call.slides(axes[place])
        given = call.data.shape[axes[place]]
        size = (
            1
            + (given + 2 * padding[place] - dilation[place] * (kernel[place] - 1) - 1)
            // stride[place]
        )
        reading = sliding(size, kernel[place], stride[place], dilation[place], padding[place])
        seen = seen.gathered(axes[place], reading)
    # Channels, rows, taps of rows, columns, taps of columns.
    channels = rank - 3
    order = [*range(channels), channels, channels + 2, channels + 4, channels + 1, channels + 3]
    return [seen.permuted(order).reshaped(call.shape)]


def folded(call: Call) -> list[Map]:
    """``F.fold``, which adds up windows at the places that they were taken from."""
    kernel = call.sizes(2, "kernel_size", 2, ())
    if not kernel:
        raise UnknownError
    dilation = call.sizes(2, "dilation", 3, [1, 1])
    padding = call.sizes(2, "padding", 4, [0, 0])
    stride = call.sizes(2, "stride", 5, [1, 1])
    *before, height, width = call.shape
    counts = [
        1 + (size + 2 * pad - step * (window - 1) - 1) // jump
        for size, pad, step, window, jump in zip((height, width), padding, dilation, kernel, stride)
    ]
    seen = call.data.reshaped((*before, *kernel, *counts))
    rank = len(before)
    for place, size in ((1, width), (0, height)):
        taps, windows = rank + place, rank + 2 * place + 1
        call.slides(windows, seen)
        parts = []
        for tap in range(kernel[place]):
            start = padding[place] - dilation[place] * tap
            reading = spreading(size, 1, stride[place], 1, start)
            parts.append(seen.at(taps, tap).read(windows - 1, reading))
        seen = combined(parts, parts[0].shape)
    return [seen]
