"""The links between rows and columns, each with the shape that it carries where it has room."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from visualize.core.geometry import Point, Rectangle, bounds
from visualize.core.layout import PlacedText
from visualize.core.route import Route
from visualize.layout.links import Leg, Link
from visualize.layout.sizes import LevelSizes
from visualize.layout.units import Unit

Line = tuple[Point, Point]
_SAME = 0.01  # points


def draw_rows(sizes: LevelSizes, routes: Sequence[Route]) -> tuple[Leg, ...]:
    """All links of a level on their ``routes``; a shape that a unit returns is written once.

    Best beside an arrow along a column, where the next row begins.
    """
    links = sizes.level.links
    labelled: dict[tuple[Unit, str], int] = {}
    for index in sorted(range(len(links)), key=lambda one: not _is_upright(routes[one])):
        label = links[index].label
        if label:
            labelled.setdefault((links[index].source, label.text), index)
    shown = {*labelled.values()}
    uprights = [
        line
        for route in routes
        for line in _lines(route)
        if _is_same(line[0].across, line[1].across)
    ]
    return tuple(
        Leg(link, route, _text(sizes, link, route, uprights) if index in shown else None)
        for index, (link, route) in enumerate(zip(links, routes))
    )


def _is_upright(route: Route) -> bool:
    """Whether a route is one line along the flow."""
    return len(route.vertices) == 2 and _is_same(route.start.across, route.end.across)


def _is_same(one: float, other: float) -> bool:
    """Whether a line between two places looks upright or level; sums of lengths are not exact."""
    return abs(one - other) < _SAME


def _text(
    sizes: LevelSizes, link: Link, route: Route, uprights: Sequence[Line]
) -> PlacedText | None:
    """The shape that a link carries, above a level line, or beside an upright one."""
    if not link.label:
        return None
    room = sizes.spacing.label
    length, breadth = sizes.label(link.label.text)
    for start, end in _lines(route):
        if _is_same(start.across, end.across) and abs(end.along - start.along) > length:
            forward = 1 if end.along > start.along else -1
            middle = (start.along + end.along - room.head * forward) / 2
            center = Point(middle, start.across + breadth / 2 + room.beside)
        elif (
            _is_same(start.along, end.along)
            and abs(end.across - start.across) > breadth + room.head
        ):
            center = _above((start, end), (length, breadth), room.row, uprights)
        else:
            continue
        return PlacedText(link.label.text, center, sizes.common.theme.detail_size)
    return None


def _above(line: Line, size: tuple[float, float], gap: float, uprights: Sequence[Line]) -> Point:
    """The middle of a text above a level line, in its middle or where no upright line is."""
    (length, breadth), (start, end) = size, line
    room = (abs(end.across - start.across) - breadth) / 2
    places = [
        Point(start.along - length / 2 - gap, (start.across + end.across) / 2 + room * aside)
        for aside in (0.0, 0.5, -0.5, 0.9, -0.9)
    ]
    areas = [Rectangle.around(place, length, breadth).grown(gap) for place in places]
    lines = [bounds(upright) for upright in uprights]
    clear = (one for one, area in zip(places, areas) if not any(map(area.overlaps, lines)))
    return next(clear, places[0])


def _lines(route: Route) -> Iterator[Line]:
    """The straight lines of a route, the last one first."""
    points = [vertex.point for vertex in route.vertices][::-1]
    yield from ((before, after) for after, before in itertools.pairwise(points))
