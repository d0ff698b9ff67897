"""Direct arrows: curves along the flow from one box to another.

      early          late         all the way
    ┌───┐          ┌───┐          ┌───┐
    └─┬─┘          └─┬─┘          └─┬─┘
      ╰────╮         │              ╰──╮
           │         ╰────╮            ╰──╮
         ┌─▼─┐          ┌─▼─┐           ┌─▼─┐

The first of these that runs clear of others is taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping

from visualize.core.geometry import Point, Rectangle, bounds
from visualize.core.grid import Grid
from visualize.core.route import Route
from visualize.layout.spacing import CurveSpacing, Spacing
from visualize.layout.units import Unit

# A curve is looked at in at least this many points.
_STEPS = 16
# How many times as long as its bend a curve is at least that does not bend all the way.
_BENT = 1.6


class Obstacles:
    """Units, and other areas such as titles, that routes keep clear of."""

    def __init__(
        self, units: Mapping[Unit, Rectangle], areas: Iterable[Rectangle], room: CurveSpacing
    ) -> None:
        self.room = room
        self._grid: Grid[Unit | None] = Grid()
        for unit, area in units.items():
            self._grid.add(area, unit)
        for area in areas:
            self._grid.add(area, None)

    def are_clear_of(self, route: Route, ends: Collection[Unit]) -> bool:
        """Whether ``route`` stays away from all but the units at its ``ends``."""
        near = bounds([vertex.point for vertex in route.vertices]).grown(self.room.clear)
        close = [
            area.grown(self.room.clear)
            for area, unit in self._grid.overlapping(near)
            if unit is None or unit not in ends
        ]
        # Close enough that no box of a line of text fits between two points.
        steps = max(_STEPS, math.ceil((near.end - near.start) / self.room.clear))
        return not close or not any(
            area.holds(point) for point in route.sample(steps) for area in close
        )


def connect(
    source: Rectangle,
    target: Rectangle,
    is_clear: Callable[[Route], bool],
    spacing: Spacing,
    *,
    alone: bool = False,
    late: bool = False,
) -> tuple[Route, bool]:
    """A curve from the end of ``source`` to the start of ``target``, and whether it is clear.

    An arrow that arrives ``alone`` does so in the middle. The curve bends at its beginning, at its
    end or all the way: the first of these that ``is_clear`` is taken, else the first. A short one
    bends all the way if it can; one that is to bend ``late`` does so at its end.
    """
    start = Point(source.end, (source.low + source.high) / 2)
    end = _entry(source, target, spacing, alone)
    length, room = end.along - start.along, spacing.curve.bend
    paths = [Route.smooth(start, end)]
    if length > room:
        fan = min(room, length / _BENT)
        bend = Point(start.along + fan, end.across)
        bent_early = Route.smooth(start, bend).joined(Route.straight(bend, end))
        bend = Point(end.along - fan, start.across)
        bent_late = Route.straight(start, bend).joined(Route.smooth(bend, end))
        bent = [bent_late, bent_early] if late else [bent_early, bent_late]
        paths = [*bent, *paths] if fan == room else [*paths, *bent]
    clear = next((path for path in paths if is_clear(path)), None)
    return clear or paths[0], clear is not None


def _entry(source: Rectangle, target: Rectangle, spacing: Spacing, alone: bool) -> Point:
    """Where an arrow from ``source`` arrives: leaning to the side it comes from, unless alone."""
    curve = spacing.curve
    middle = (target.low + target.high) / 2
    offset = (source.low + source.high) / 2 - middle
    if target.high - target.low <= spacing.box.circle:
        radius = (target.high - target.low) / 2
        lean = max(-0.8, min(0.8, offset / curve.round))
        along = (target.start + target.end) / 2 - radius * (1 - lean * lean) ** 0.5
        return Point(along, middle + radius * lean)
    spread = 0.0 if alone else (target.high - target.low) * curve.spread
    return Point(target.start, middle + max(-spread, min(spread, offset * curve.lean)))
