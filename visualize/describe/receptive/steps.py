"""Strides: how far apart on an input neighbouring positions of a tensor see."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

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
    found = [_stride(result, source, channels) for source in followed.places]
    is_known = all(one > 0 and one.denominator == 1 for one in found)
    return tuple(map(int, found)) if is_known else ()


def _stride(result: Map, source: Source, channels: int) -> Fraction:
    """How far the next position sees along one axis of an input; 0 if that is not known."""
    found = {_advance(result, span, channels) for span in result.seen.get(source, ())}
    return found.pop() if len(found) == 1 else Fraction(0)


def _advance(result: Map, span: Span, channels: int) -> Fraction:
    """How far a span moves on for one position, along the factor where that is least."""
    places = set(range(len(result.axes))) - {channels % len(result.axes)}
    advances = [
        _along(span, factor) / _copies(result, axis, factor)
        for axis in places
        for factor in result.factors(axis)
        if span.moves(factor)
    ]
    return min(advances, default=Fraction(0))


def _copies(result: Map, axis: int, factor: int) -> int:
    """How many positions along an axis see what one along its factor sees, as when enlarged."""
    inner = (one for one in result.factors(axis) if one > factor)
    spans = [span for spans in result.seen.values() for span in spans]
    return math.prod(
        result.sizes[one] for one in inner if not any(span.moves(one) for span in spans)
    )


def _along(span: Span, factor: int) -> Fraction:
    """How far a span moves on along a factor for one position; 0 if that is not the same for all.

    >>> rows = np.array([[0.0, 4, 8], [1, 5, 9]])
    >>> [int(_along(Span(rows, rows, (LISTED, LISTED)), factor)) for factor in (0, 1)]
    [1, 4]
    """
    step = span.steps[factor]
    if step is not LISTED:
        return Fraction(abs(step), span.first.shape[factor])
    ends = np.stack([span.first, span.last])
    if not np.isfinite(ends).all():
        return Fraction(0)
    moved = np.unique(np.abs(np.diff(ends, axis=factor + 1)))
    return Fraction(int(moved[0])) if len(moved) == 1 else Fraction(0)
