"""How wide a block is, which is written behind its class."""

from __future__ import annotations

from collections.abc import Sequence

from visualize.core.architecture import Operation, TensorSpec
from visualize.core.operators import CONVOLUTION, LINEAR, family

_SELECTING = frozenset({"nms", "topk", "sort", "argsort", "nonzero", "unique", "maskedselect"})


def width(outputs: Sequence[TensorSpec], operations: Sequence[Operation]) -> str:
    """Channels that a block returns: the one of its sizes that a weighted layer in it makes.

    The last such layer decides. If no layer makes any of the sizes, channels are where they are
    in the result of the last layer, unless that is split into several dimensions, such as heads.
    In a sequence of vectors they come last. Of what is selected, such as detections, there are as
    many as were found, so that no size of it is a width.

    Args:
        outputs: what the block returns.
        operations: those in it that a reader sees.
    """
    sizes = outputs[-1].shown if outputs else ()
    works = [
        (one.outputs[0].shape, _channel_axis(one), len(one.outputs[0].shown))
        for one in reversed(operations)
        if family(one.does) in CONVOLUTION | LINEAR and one.outputs
    ]
    if not sizes or not works:
        return ""
    for made, at, _ in works:
        is_first = made[at] == sizes[0] and (at < -1 or len(sizes) > 2)
        if is_first or made[at] in (sizes[-1], *sizes[at:][:1]):
            return str(made[at])
    _, at, number = works[0]
    if any(family(one.does) in _SELECTING for one in operations):
        return ""
    if len(sizes) == 1:
        return str(sizes[0])
    return str(sizes[at]) if -at <= len(sizes) <= number else ""


def _channel_axis(layer: Operation) -> int:
    """Where the channels of a convolution's or linear layer's result are, from the end."""
    name = family(layer.does)
    return -1 - int(name[-2]) if name in CONVOLUTION else -1
