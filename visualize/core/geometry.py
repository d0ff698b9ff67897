"""Points, rectangles and curves in the coordinates of the flow.

``along`` grows in the direction of the flow, ``across`` to its side; `Direction` maps both to
the page. All lengths are in points.
"""

from __future__ import annotations

import bisect
import functools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

HEAD_LENGTH = 5.0  # of an arrow
HALF_HEAD = 0.35 * HEAD_LENGTH  # from its line to a corner of its base
Self = TypeVar("Self")
Thing = TypeVar("Thing", bound="Placed")
_Weights = tuple[float, float, float, float]


class Point(NamedTuple):
    """A place in flow coordinates."""

    along: float
    across: float

    def moved(self, along: float, across: float) -> Point:
        """This point, shifted."""
        return Point(self.along + along, self.across + across)


@dataclass(frozen=True, slots=True)
class Transform:
    """A mirror along the flow, if any, and then a shift.

          a──▶b           b◀──a
        ──┼────────     ──┼────────▶ along
        Transform()     Transform(length, mirrored=True)

    Attributes:
        along: the shift along the flow.
        across: the shift across it.
        mirrored: whether the flow goes back, seen from where it begins.
    """

    along: float = 0.0
    across: float = 0.0
    mirrored: bool = False

    def of(self, point: Point) -> Point:
        """Where ``point`` goes."""
        along = self.along - point.along if self.mirrored else point.along + self.along
        return Point(along, point.across + self.across)


MIRROR = Transform(mirrored=True)


class Placed(Protocol):
    """What can be shifted and mirrored."""

    def transformed(self: Self, transform: Transform) -> Self:
        """The same, transformed."""


def transformed(things: Iterable[Thing], transform: Transform) -> tuple[Thing, ...]:
    """All of ``things``, transformed."""
    return tuple(thing.transformed(transform) for thing in things)


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A rectangle in flow coordinates."""

    start: float
    end: float
    low: float
    high: float

    @classmethod
    def around(cls, center: Point, length: float, breadth: float) -> Rectangle:
        """The rectangle of the given size around ``center``."""
        return cls(
            center.along - length / 2,
            center.along + length / 2,
            center.across - breadth / 2,
            center.across + breadth / 2,
        )

    def transformed(self, transform: Transform) -> Rectangle:
        """This rectangle, transformed."""
        along, across = transform.along, transform.across
        low, high = self.low + across, self.high + across
        if transform.mirrored:
            return Rectangle(along - self.end, along - self.start, low, high)
        return Rectangle(self.start + along, self.end + along, low, high)

    def grown(self, margin: float) -> Rectangle:
        """This rectangle with ``margin`` added on all sides."""
        return Rectangle(
            self.start - margin, self.end + margin, self.low - margin, self.high + margin
        )

    def holds(self, point: Point) -> bool:
        """Whether ``point`` lies inside."""
        return self.start < point.along < self.end and self.low < point.across < self.high

    def overlaps(self, other: Rectangle) -> bool:
        """Whether the two share an area."""
        return (
            self.start < other.end
            and other.start < self.end
            and self.low < other.high
            and other.low < self.high
        )


def sample(path: Sequence[Point], steps: int = 16) -> Iterator[Point]:
    """Points on a cubic Bézier path: ``steps`` - 1 inside each of its curves."""
    for place in range(0, len(path) - 1, 3):
        start, leaving, arriving, end = path[place : place + 4]
        for a, b, c, d in _weights(steps):
            yield Point(
                a * start.along + b * leaving.along + c * arriving.along + d * end.along,
                a * start.across + b * leaving.across + c * arriving.across + d * end.across,
            )


@functools.lru_cache(maxsize=256)
def _weights(steps: int) -> Sequence[_Weights]:
    """The weights of the control points of a cubic Bézier curve at each step along it."""
    return [_weights_at(step / steps) for step in range(1, steps)]


def _weights_at(t: float) -> _Weights:
    return (1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3


def passes(curve: Sequence[Point], area: Rectangle, steps: int) -> bool:
    """Whether one of the points that `sample` finds on a single curve lies in ``area``.

    Of a curve that does not turn back, only the points beside ``area`` are computed.
    """
    along, across = zip(*curve)
    is_long = abs(along[3] - along[0]) >= abs(across[3] - across[0])
    a, b, c, d = values = along if is_long else across
    falls = a >= b >= c >= d
    if not falls and not a <= b <= c <= d:
        return any(area.holds(point) for point in sample(curve, steps))
    low, high = (area.start, area.end) if is_long else (area.low, area.high)
    if falls:
        values, low, high = tuple(-value for value in values), -high, -low
    places = range(1, steps)

    def place(step: int) -> float:
        return _mixed(_weights_at(step / steps), values)

    first = bisect.bisect_right(places, low, key=place)
    for step in places[first:]:
        weights = _weights_at(step / steps)
        if _mixed(weights, values) >= high:
            break
        if area.holds(Point(_mixed(weights, along), _mixed(weights, across))):
            return True
    return False


def _mixed(weights: _Weights, values: Sequence[float]) -> float:
    """The coordinate of a point on a curve whose control points have these ``values`` of it."""
    a, b, c, d = weights
    return a * values[0] + b * values[1] + c * values[2] + d * values[3]


def without_head(path: Sequence[Point]) -> list[Point]:
    """A cubic Bézier path that ends where its arrow head begins, in the same direction."""
    start, before, tip = path[-4], path[-2], path[-1]
    length = math.dist(tip, before)
    base = toward(tip, before, HEAD_LENGTH) if length else tip
    if math.dist(start, tip) > 3 * HEAD_LENGTH:
        # As far before the base as before the tip, or the curve would turn sharply to the head.
        handle = before.moved(base.along - tip.along, base.across - tip.across)
    else:
        handle = before if length > HEAD_LENGTH else base
    return [*path[:-2], handle, base]


def bounds(path: Sequence[Point]) -> Rectangle:
    """The smallest rectangle that holds all control points of ``path``."""
    along = [point.along for point in path]
    across = [point.across for point in path]
    return Rectangle(min(along), max(along), min(across), max(across))


def toward(start: Point, end: Point, distance: float) -> Point:
    """The point that is ``distance`` from ``start`` on the way to ``end``."""
    length = math.dist(start, end)
    return between(start, end, distance / length) if length else start


def between(start: Point, end: Point, part: float) -> Point:
    """The point after a ``part`` of the way from ``start`` to ``end``."""
    return Point(
        start.along + (end.along - start.along) * part,
        start.across + (end.across - start.across) * part,
    )
