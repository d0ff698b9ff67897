"""Clutter: the boxes, texts and curves that texts keep clear of."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from visualize.core.geometry import (
    HALF_HEAD,
    Point,
    Rectangle,
    Transform,
    bounds,
    passes,
    without_head,
)
from visualize.core.grid import Grid
from visualize.layout.links import Leg
from visualize.layout.sizes import Sizes
from visualize.layout.spacing import LabelSpacing

_STRAIGHT = 0.01  # what is narrower is a line
_Shifts = Sequence[tuple[float, float]]
_ITSELF: _Shifts = ((0.0, 0.0),)  # the shifts of a line that is drawn once


def things(leg: Leg, sizes: Sizes) -> Iterator[Thing]:
    """What ``leg`` is drawn with: a double line is one on each side of its route."""
    path = leg.route.curves()
    if leg.link.head:
        path, tip = without_head(path), path[-1]
        yield Thing(bounds([path[-1], tip]).grown(HALF_HEAD))
    kind = leg.link.arrow.skip
    if kind and sizes.theme.skips[kind].style == "double":
        apart = sizes.spacing.label.double / 2
        sides = (-apart, apart)
        yield from along(path, list(itertools.product(sides, sides)))
    else:
        yield from along(path)


def along(path: Sequence[Point], shifts: _Shifts = _ITSELF) -> Iterator[Thing]:
    """The curves of a cubic Bézier path, drawn at all ``shifts``."""
    most = max(shift for shift, _ in shifts)
    for place in range(0, len(path) - 1, 3):
        curve = path[place : place + 4]
        yield Thing(bounds(curve).grown(most), curve, shifts)


def borders(area: Rectangle) -> Iterator[Rectangle]:
    """The four sides of what is around ``area``."""
    for end in (area.start, area.end):
        yield Rectangle(end, end, area.low, area.high)
    for side in (area.low, area.high):
        yield Rectangle(area.start, area.end, side, side)


@dataclass(eq=False, slots=True)
class Thing:
    """Something that a text must not cover: an area, or a curve within it.

    Attributes:
        area: all that it covers, or what its curve lies in.
        curve: the control points of a cubic Bézier curve.
        shifts: where the curve is drawn, relative to its control points.
    """

    area: Rectangle
    curve: Sequence[Point] = ()
    shifts: _Shifts = _ITSELF

    def is_in(self, area: Rectangle, step: float) -> bool:
        """Whether some of it lies in ``area``, which overlaps its own.

        A straight part is its bounding box. A curve is tested at points that are a ``step`` apart.
        """
        return not self.curve or any(
            self._is_drawn_in(area.transformed(Transform(-along, -across)), step)
            for along, across in self.shifts
        )

    def _is_drawn_in(self, area: Rectangle, step: float) -> bool:
        reach = bounds(self.curve)
        if min(reach.end - reach.start, reach.high - reach.low) < _STRAIGHT:
            return reach.overlaps(area)
        length = sum(math.dist(*ends) for ends in itertools.pairwise(self.curve))
        return passes(self.curve, area, max(2, math.ceil(length / step)))


class Clutter:
    """All that texts must keep clear of."""

    def __init__(self, room: LabelSpacing) -> None:
        self.room = room
        self._things: Grid[Thing] = Grid()

    def add(self, things: Iterable[Thing]) -> None:
        """Keep clear of ``things`` as well."""
        for thing in things:
            self._things.add(thing.area, thing)

    def remove(self, thing: Thing) -> None:
        """Keep clear of ``thing`` no longer."""
        self._things.remove(thing.area, thing)

    def is_free(self, area: Rectangle, itself: Thing | None = None) -> bool:
        """Whether nothing but ``itself`` lies in ``area``."""
        return not any(
            thing is not itself and thing.is_in(area, self.room.sample)
            for _, thing in self._things.overlapping(area)
        )
