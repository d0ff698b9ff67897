"""Direct arrows: curves along the flow from one box to another.

      early          late         all the way
    ┌───┐          ┌───┐          ┌───┐
    └─┬─┘          └─┬─┘          └─┬─┘
      ╰────╮         │              ╰──╮
           │         ╰────╮            ╰──╮
         ┌─▼─┐          ┌─▼─┐           ┌─▼─┐

The first of these that runs clear of others is taken. Of several that come from far on one side,
the nearest one bends first, so that none lies on another:

          ┌───┐ ┌───┐
          └─┬─┘ └─┬─┘
      ╭─────╯     │
      │ ╭─────────╯
    ┌─▼─▼─┐
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from visualize.core.geometry import Point, Rectangle, bounds, passes
from visualize.core.grid import Grid
from visualize.core.route import Route
from visualize.layout.spacing import CurveSpacing, Spacing
from visualize.layout.units import Unit

# A curve is looked at in at least this many points.
_STEPS = 16
# How many times as long as its bend a curve is at least that does not bend all the way.
_BENT = 1.6
# How many times as far aside as its bend is long a curve is flat.
_FLAT = 2.0
# The part of a short way in which one of several flat curves bends, and how many points behind the
# bend of the one before it does.
_WITHIN = 0.6
_BEHIND = 6.0
# Two curves run together that are closer than this for more than that many points. They are looked
# at in so many points.
_TOGETHER = 3.0
_FOR_LONG = 10.0
_LOOKS = 64
# The part of the radius of a circle over which arrows arrive.
_ROUND = 0.8


class Bend(NamedTuple):
    """Where a curve bends: how far behind its start, and within what length of the flow."""

    behind: float
    length: float


class Obstacles:
    """Units, and other areas such as titles, that routes keep clear of."""

    def __init__(
        self, units: Mapping[Unit, Rectangle], areas: Iterable[Rectangle], room: CurveSpacing
    ) -> None:
        self.room = room
        # Each with the room around it that is kept clear.
        self._grid: Grid[Unit | None] = Grid()
        for unit, area in units.items():
            self._grid.add(area.grown(room.clear), unit)
        for area in areas:
            self._grid.add(area.grown(room.clear), None)

    def are_clear_of(self, route: Route, ends: Collection[Unit]) -> bool:
        """Whether ``route`` stays away from all but the units at its ``ends``."""
        near = bounds([vertex.point for vertex in route.vertices])
        if all(unit in ends for _, unit in self._grid.overlapping(near)):
            return True
        # Close enough that no box of a line of text fits between two points.
        length = near.end - near.start + 2 * self.room.clear
        steps = max(_STEPS, math.ceil(length / self.room.clear))
        path = route.curves()
        curves = (path[place : place + 4] for place in range(0, len(path) - 1, 3))
        return not any(
            passes(curve, area, steps)
            for curve in curves
            for area, unit in self._grid.overlapping(bounds(curve))
            if unit not in ends
        )


def connect(
    source: Rectangle,
    target: Rectangle,
    is_clear: Callable[[Route], bool],
    spacing: Spacing,
    *,
    entry: float | None = None,
    late: bool = False,
    where: Bend | None = None,
) -> tuple[Route, bool]:
    """A curve from the end of ``source`` to the start of ``target``, and whether it is clear.

    It arrives ``entry`` off the middle, by default leaning to where it comes from. The curve bends
    at its beginning, at its end or all the way: the first of these that ``is_clear`` is taken, else
    the first. A short one bends all the way if it can; one that is to bend ``late`` does so at its
    end. Before all of these, a bend is tried ``where`` `bends` has found a place for it.
    """
    start = Point(source.end, (source.low + source.high) / 2)
    end = _entry(target, leaning(source, target, spacing) if entry is None else entry, spacing)
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
    if where:
        paths.insert(0, _bent(start, end, where))
    clear = next((path for path in paths if is_clear(path)), None)
    return clear or paths[0], clear is not None


def _bent(start: Point, end: Point, bend: Bend) -> Route:
    """A curve that is straight before and behind its bend."""
    first = start.moved(bend.behind, 0)
    last = Point(first.along + bend.length, end.across)
    curve = Route.smooth(first, last)
    return Route.straight(start, first).joined(curve).joined(Route.straight(last, end))


def bends(
    sources: Sequence[Rectangle],
    target: Rectangle,
    spacing: Spacing,
    places: Sequence[float],
) -> list[Bend | None]:
    """Where arrows to a ``target`` bend that would otherwise run together.

    These are flat, on the same side, and leave from about the same row; the nearest bends first.

    Args:
        sources: what the arrows leave.
        target: where they arrive.
        spacing: the lengths.
        places: how far off the middle of ``target`` each of them arrives.
    """
    found: list[Bend | None] = [None] * len(sources)
    room = spacing.curve.bend
    for side in (1, -1):
        far = {one: side * (_middle(it) - _middle(target)) for one, it in enumerate(sources)}
        base = max((sources[one].end for one in far if far[one] > 0), default=0.0)
        length = min(room, (target.start - base) * _WITHIN)
        row = [
            one
            for one in sorted(far, key=far.__getitem__)
            if far[one] > _FLAT * length and sources[one].end > base - room
        ]
        if len(row) < 2 or length <= 0:
            continue
        routes = [
            connect(sources[one], target, lambda _: True, spacing, entry=places[one])[0]
            for one in row
        ]
        if not any(itertools.starmap(_run_together, itertools.pairwise(routes))):
            continue
        step = min(_BEHIND, (target.start - base - length) / (len(row) - 1))
        for rank, one in enumerate(row):
            found[one] = Bend(base - sources[one].end + rank * step, length)
    return found


def _run_together(one: Route, other: Route) -> bool:
    """Whether a reader takes two curves to one target for one line on part of their way."""
    points = [*other.sample(_LOOKS)]
    close = [
        point.across
        for point in one.sample(_LOOKS)
        if min(math.dist(point, near) for near in points) < _TOGETHER
    ]
    return max(close, default=0.0) - min(close, default=0.0) > _FOR_LONG


def entries(sources: Sequence[Rectangle], target: Rectangle, spacing: Spacing) -> list[float]:
    """How far off the middle of ``target`` arrows from several ``sources`` arrive.

    Each leans to where it comes from, and their heads are apart. One alone arrives in the middle.
    """
    is_circle = _is_circle(target, spacing)
    if len(sources) == 1 and not is_circle:
        return [0.0]
    leans = [leaning(source, target, spacing) for source in sources]
    order = sorted(range(len(sources)), key=lambda one: (leans[one], _middle(sources[one])))
    most = (target.high - target.low) / 2 * (_ROUND if is_circle else spacing.arc.ports)
    places = _apart([leans[one] for one in order], spacing.curve.heads, most)
    return [places[order.index(one)] for one in range(len(sources))]


def _apart(places: Sequence[float], gap: float, most: float) -> list[float]:
    """Ascending ``places`` at least ``gap`` apart, if that is possible within ``most`` of 0.

    They move outwards from the one that is nearest to 0, those that do not fit back again.

    >>> _apart([-9, -9, 0, 8], 4, 20), _apart([-9, -9], 4, 10)
    ([-13, -9, 0, 8], [-10, -6])
    """
    moved = [*places]
    gap = min(gap, 2 * most / max(len(moved) - 1, 1))
    pivot = min(
        range(len(moved)), key=lambda one: (abs(moved[one]), one * math.copysign(1, moved[one]))
    )
    for one in range(pivot - 1, -1, -1):
        moved[one] = min(moved[one], moved[one + 1] - gap)
    for one in range(pivot + 1, len(moved)):
        moved[one] = max(moved[one], moved[one - 1] + gap)
    for one in range(len(moved)):
        moved[one] = max(moved[one], -most if one == 0 else moved[one - 1] + gap)
    for one in range(len(moved) - 1, -1, -1):
        moved[one] = min(moved[one], most if one == len(moved) - 1 else moved[one + 1] - gap)
    return moved


def leaning(source: Rectangle, target: Rectangle, spacing: Spacing) -> float:
    """How far off the middle of ``target`` an arrow leans to its ``source`` where it arrives."""
    curve = spacing.curve
    offset = _middle(source) - _middle(target)
    if _is_circle(target, spacing):
        radius = (target.high - target.low) / 2
        return radius * max(-_ROUND, min(_ROUND, offset / curve.round))
    spread = (target.high - target.low) * curve.spread
    return max(-spread, min(spread, offset * curve.lean))


def _entry(target: Rectangle, offset: float, spacing: Spacing) -> Point:
    """The point of the start of ``target`` that is ``offset`` off its middle."""
    along = target.start
    if _is_circle(target, spacing):
        radius = (target.high - target.low) / 2
        along = (target.start + target.end) / 2 - (radius**2 - offset**2) ** 0.5
    return Point(along, _middle(target) + offset)


def _is_circle(target: Rectangle, spacing: Spacing) -> bool:
    return 0 < target.high - target.low <= spacing.box.circle


def _middle(area: Rectangle) -> float:
    return (area.low + area.high) / 2
