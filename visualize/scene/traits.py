"""What distinguishes a closed block of convolutions from others of its class."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from visualize.core.architecture import Operation
from visualize.core.diagram import Box
from visualize.core.hyperparameters import numbers, per_axis
from visualize.core.layers import widths
from visualize.core.operators import CONVOLUTION, family
from visualize.core.phrases import Phrase, phrase

# With more convolutions over several places than this, none is that of the block.
_MOST = 4


def traits(box: Box) -> list[Phrase | str]:
    """Kernel, stride, expansion and dilation of a block: ``5×5``, ``/2``, ``expand 6``.

    A kernel is named where it is depthwise or not three wide, the expansion is that of depthwise
    convolutions.
    """
    convolutions = [one for one in box.operations if family(one.does) in CONVOLUTION]
    wide = [one for one in convolutions if max(_numbers(one, "kernel_size"), default=1) > 1]
    return list(_traits(convolutions, wide)) if 0 < len(wide) <= _MOST else []


def _traits(convolutions: Sequence[Operation], wide: Sequence[Operation]) -> Iterator[Phrase | str]:
    depthwise = [one for one in wide if _is_depthwise(one)]
    kernels = {_numbers(one, "kernel_size") for one in depthwise or wide}
    if len(kernels) == 1 and (depthwise or set(*kernels) != {3}):
        (kernel,) = kernels
        size = "×".join(map(str, kernel))
        yield size if len(kernel) > 1 else phrase("kernel {size}", size=size)
    stride = per_axis(max((_numbers(one, "stride") for one in convolutions), key=math.prod))
    if stride:
        yield phrase("/{stride}", stride=stride)
    inputs = widths(convolutions[0])[0]
    if depthwise and inputs and (growth := widths(depthwise[0])[1] / inputs) > 1:
        yield phrase("expand {factor:g}", factor=round(growth, 2))
    rate, *others = {per_axis(_numbers(one, "dilation")) for one in wide}
    if rate and not others:
        yield phrase("dilation {rate}", rate=rate)


def _is_depthwise(one: Operation) -> bool:
    groups = one.weight.groups if one.weight else one.attributes.get("groups", 1)
    return isinstance(groups, int) and 1 < groups == widths(one)[0]


def _numbers(one: Operation, name: str) -> tuple[int, ...]:
    if name == "kernel_size" and one.attributes.get(name) is None and one.weight:
        return one.weight.shape[2:]
    return numbers(one, name)
