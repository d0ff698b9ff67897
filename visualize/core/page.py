"""Rectangles and curves on the page, in points: x grows to the right, y down.

The same things in the coordinates of the flow, before a direction is chosen, are in
`visualize.core.geometry`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Place = tuple[float, float]
# A straight line (two places) or a Bézier curve of any degree: its ends and control points.
Segment = tuple[Place, ...]

_STEP = 1.5  # points between two samples of a curve
_MOST_STEPS = 4000  # of a curve
_ASCENT, _DESCENT = 0.72, 0.2  # of letters, in ems
_FLAT = 0.05  # points by which the control points of a straight line may be off


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def around(cls, places: Iterable[Place]) -> Area:
        """The smallest rectangle that holds ``places``.

        >>> Area.around([(3, 1), (0, 5)])
        Area(left=0, top=1, right=3, bottom=5)
        """
        xs, ys = zip(*places)
        return cls(min(xs), min(ys), max(xs), max(ys))

    @classmethod
    def of_letters(cls, left: float, baseline: float, width: float, size: float) -> Area:
        """What the letters of a line of text cover, set in type of ``size`` points."""
        return cls(left, baseline - _ASCENT * size, left + width, baseline + _DESCENT * size)

    @property
    def width(self) -> float:
        """Its extent from left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Its extent from top to bottom."""
        return self.bottom - self.top

    @property
    def center(self) -> Place:
        """Its middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def shrunk(self, margin: float) -> Area:
        """This rectangle without ``margin`` on every side; a negative margin adds to it."""
        return Area(
            self.left + margin, self.top + margin, self.right - margin, self.bottom - margin
        )

    def holds(self, place: Place) -> bool:
        """Whether ``place`` lies inside."""
        x, y = place
        return self.left < x < self.right and self.top < y < self.bottom

    def is_crossed(self, start: Place, end: Place) -> bool:
        """Whether the straight line from ``start`` to ``end`` runs through the inside.

        The line is clipped at each edge in turn: Liang and Barsky, "A New Concept and Method for
        Line Clipping" (1984).
        """
        across, down = end[0] - start[0], end[1] - start[1]
        enters, leaves = 0.0, 1.0
        for step, room in (
            (-across, start[0] - self.left),
            (across, self.right - start[0]),
            (-down, start[1] - self.top),
            (down, self.bottom - start[1]),
        ):
            if step < 0:
                enters = max(enters, room / step)
            elif step > 0:
                leaves = min(leaves, room / step)
            elif room <= 0:
                return False
        return enters < leaves

    def overlaps(self, other: Area) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def encloses(self, other: Area) -> bool:
        """Whether all of ``other`` lies inside, or on the edge."""
        return (
            self.left <= other.left
            and self.right >= other.right
            and self.top <= other.top
            and self.bottom >= other.bottom
        )


def polyline(segments: Iterable[Segment]) -> list[Place]:
    """Places on a path of ``segments``: the ends of straight ones, more along curves.

    >>> polyline([((0, 0), (8, 0)), ((8, 0), (8, 6))])
    [(0, 0), (8, 0), (8, 0), (8, 6)]
    """
    places: list[Place] = []
    for segment in segments:
        if is_straight(segment):
            places += (segment[0], segment[-1])
            continue
        length = sum(math.dist(a, b) for a, b in itertools.pairwise(segment))
        # A file that is checked may have curves of any length.
        count = max(2, math.ceil(min(length / _STEP, _MOST_STEPS)))
        places.extend(place_on(segment, part / count) for part in range(count + 1))
    return places


def is_straight(segment: Segment, tolerance: float = _FLAT) -> bool:
    """Whether all control points lie on the line between the ends, within ``tolerance`` points."""
    (left, top), (right, bottom) = segment[0], segment[-1]
    length = math.dist(segment[0], segment[-1])
    return all(
        abs((x - left) * (bottom - top) - (y - top) * (right - left)) <= tolerance * length
        and math.dist((x, y), segment[0]) + math.dist((x, y), segment[-1]) <= length + tolerance
        for x, y in segment[1:-1]
    )


def place_on(segment: Segment, part: float) -> Place:
    """The place on a Bézier curve at the parameter ``part`` from 0 to 1 (de Casteljau).

    >>> place_on(((0.0, 0.0), (0.0, 8.0), (8.0, 8.0)), 0.5)
    (2.0, 6.0)
    """
    places: Sequence[Place] = segment
    while len(places) > 1:
        places = [
            (a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part)
            for a, b in itertools.pairwise(places)
        ]
    return places[0]


def straight(start: Place, end: Place) -> tuple[Place, ...]:
    """A straight line as a cubic Bézier path."""
    return tuple(
        (start[0] + (end[0] - start[0]) * part / 3, start[1] + (end[1] - start[1]) * part / 3)
        for part in range(4)
    )


def nearest(line: Sequence[Place], to: Place) -> Place:
    """The point of a polyline that is nearest to a place."""
    found = (_projected(to, start, end) for start, end in itertools.pairwise(line))
    return min(found, key=lambda point: math.dist(point, to), default=line[0])


def _projected(place: Place, start: Place, end: Place) -> Place:
    """The point of a straight line that is nearest to a place."""
    across, down = end[0] - start[0], end[1] - start[1]
    length = across * across + down * down
    part = ((place[0] - start[0]) * across + (place[1] - start[1]) * down) / length if length else 0
    part = min(1.0, max(0.0, part))
    return start[0] + across * part, start[1] + down * part
