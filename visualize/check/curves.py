"""Paths of PDF and SVG as lines of straight parts, and the areas that they cover."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence

from visualize.check.drawn import Area, Point

_STEP = 1.5  # points between two samples of a curve
_FLAT = 0.05  # points by which a straight line may be bent

Segment = tuple[Point, ...]


def sampled(segments: Iterable[Segment]) -> list[Point]:
    """Points on straight lines (two points each) and cubic Bézier curves (four).

    Curves have points close together, straight lines have one at both ends.
    """
    points: list[Point] = []
    for segment in segments:
        length = sum(math.dist(a, b) for a, b in itertools.pairwise(segment))
        count = 1 if _is_straight(segment) else max(2, math.ceil(length / _STEP))
        points.extend(_at(segment, part / count) for part in range(count + 1))
    return points


def _is_straight(segment: Segment) -> bool:
    """Whether all control points lie on the line between the ends."""
    (left, top), (right, bottom) = segment[0], segment[-1]
    length = math.dist(segment[0], segment[-1])
    return all(
        abs((x - left) * (bottom - top) - (y - top) * (right - left)) <= _FLAT * length
        and math.dist((x, y), segment[0]) + math.dist((x, y), segment[-1]) <= length + _FLAT
        for x, y in segment[1:-1]
    )


def _at(segment: Segment, part: float) -> Point:
    """The point of a Bézier curve of any degree after ``part`` of it (de Casteljau)."""
    points: Sequence[Point] = segment
    while len(points) > 1:
        points = [
            (a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part)
            for a, b in itertools.pairwise(points)
        ]
    return points[0]


def segments(steps: Iterable[tuple[str, Sequence[Point]]]) -> Iterator[Segment]:
    """The segments of a path of steps ``m`` (move), ``l`` (line), ``c`` (curve), ``h`` (close)."""
    start = here = (0.0, 0.0)
    for step, points in steps:
        if step == "m":
            start = here = points[-1]
        elif step in ("l", "c"):
            yield (here, *points)
            here = points[-1]
        elif step == "h":
            yield (here, start)
            here = start


def area_of(points: Iterable[Point]) -> Area:
    """The smallest rectangle around ``points``."""
    xs, ys = zip(*points)
    return Area(min(xs), min(ys), max(xs), max(ys))
