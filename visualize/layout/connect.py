"""Direct arrows: curves along the flow from one box to another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from visualize.core.geometry import Point, Rectangle
from visualize.core.route import Route
from visualize.layout.measure import CIRCLE

_FAN = 20.0


def connect(
    source: Rectangle,
    target: Rectangle,
    others: Sequence[Rectangle],
    *,
    alone: bool = False,
    late: bool = False,
) -> tuple[Route, bool]:
    """A curve from the end of ``source`` to the start of ``target``, and whether it is free.

    An arrow that arrives ``alone`` does so in the middle. The curve bends at its beginning, at its
    end or all the way: the first of these that runs through none of ``others`` is taken, else the
    first. One that is to bend ``late`` does so at its end, if it can.
    """
    start = Point(source.end, (source.low + source.high) / 2)
    end = _entry(source, target, alone)
    paths = [Route.smooth(start, end)]
    if end.along - start.along > 1.6 * _FAN:
        bend = Point(start.along + _FAN, end.across)
        bent_early = Route.smooth(start, bend).joined(Route.straight(bend, end))
        bend = Point(end.along - _FAN, start.across)
        bent_late = Route.straight(start, bend).joined(Route.smooth(bend, end))
        paths = [bent_late, bent_early, *paths] if late else [bent_early, bent_late, *paths]
    free = next((path for path in paths if not _is_hit(path, others)), None)
    return free or paths[0], free is not None


def _entry(source: Rectangle, target: Rectangle, alone: bool) -> Point:
    """Where an arrow from ``source`` arrives: leaning to the side it comes from, unless alone."""
    middle = (target.low + target.high) / 2
    offset = (source.low + source.high) / 2 - middle
    if target.high - target.low <= CIRCLE:
        radius = (target.high - target.low) / 2
        lean = max(-0.8, min(0.8, offset / 60))
        along = (target.start + target.end) / 2 - radius * (1 - lean * lean) ** 0.5
        return Point(along, middle + radius * lean)
    spread = 0.0 if alone else (target.high - target.low) * 0.3
    return Point(target.start, middle + max(-spread, min(spread, offset * 0.25)))


def _is_hit(path: Route, areas: Iterable[Rectangle]) -> bool:
    """Whether a route comes closer than 2 points to one of ``areas``."""
    near = path.bounds().grown(2)
    close = [area.grown(2) for area in areas if area.overlaps(near)]
    return bool(close) and any(area.holds(point) for point in path.sample() for area in close)
