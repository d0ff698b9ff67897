"""Strides: how far apart on an input neighbouring positions of a tensor see."""

from __future__ import annotations

from collections.abc import Iterable

from visualize.describe.receptive.follow import Followed
from visualize.describe.receptive.maps import Map, Source
from visualize.describe.receptive.spans import LISTED, Span


def strides(followed: Followed, node: str, channels: int) -> tuple[int, ...]:
    """How far along each axis of the input the next position of a result sees.

    Args:
        followed: what every tensor sees.
        node: the operation that makes the result.
        channels: the axis of the result that has no positions, counted from the end.

    Returns:
        Nothing if that is not known, not the same everywhere or no whole number, and if there is
        not one input.
    """
    result, *_ = followed.maps.get(node, (None,))
    if result is None or len({source.node for source in followed.places}) != 1:
        return ()
    found = tuple(_stride(result, source, channels) for source in followed.places)
    return found if all(found) else ()


def _stride(result: Map, source: Source, channels: int) -> int:
    factors = set(range(len(result.sizes))) - set(result.factors(channels))
    found = {_advance(span, factors) for span in result.seen.get(source, ())}
    return found.pop() if len(found) == 1 else 0


def _advance(span: Span, factors: Iterable[int]) -> int:
    """How far a span moves on for one position along the factor where that is least.

    0 if it moves on along none, and where that is listed or no whole number.
    """
    moving = [(span.steps[one], span.first.shape[one]) for one in factors if span.moves(one)]
    if any(step is LISTED or step % period for step, period in moving):
        return 0
    return min((abs(step) // period for step, period in moving if step), default=0)
