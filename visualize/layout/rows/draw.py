"""The links between rows and columns, each with the shape that it carries where it has room."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from visualize.core.geometry import Point
from visualize.core.layout import PlacedText
from visualize.core.route import Route
from visualize.layout.links import Leg, Link
from visualize.layout.sizes import LevelSizes
from visualize.layout.units import Unit


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
    return tuple(
        Leg(link, route, _text(sizes, link, route) if index in shown else None)
        for index, (link, route) in enumerate(zip(links, routes))
    )


def _is_upright(route: Route) -> bool:
    """Whether a route is one line along the flow."""
    return len(route.vertices) == 2 and route.start.across == route.end.across


def _text(sizes: LevelSizes, link: Link, route: Route) -> PlacedText | None:
    """The shape that a link carries, above a level line, or beside the last upright one."""
    if not link.label:
        return None
    room = sizes.spacing.label
    length, breadth = sizes.label(link.label.text)
    for start, end in _lines(route):
        middle = Point((start.along + end.along) / 2, (start.across + end.across) / 2)
        if start.across == end.across and abs(end.along - start.along) > length:
            forward = 1 if end.along > start.along else -1
            center = middle.moved(-room.head / 2 * forward, breadth / 2 + room.beside)
        elif start.along == end.along and abs(end.across - start.across) > breadth + room.head:
            center = middle.moved(-length / 2 - room.row, 0.0)
        else:
            continue
        return PlacedText(link.label.text, center, sizes.common.theme.detail_size)
    return None


def _lines(route: Route) -> Iterator[tuple[Point, Point]]:
    """The straight lines of a route, the last one first."""
    points = [vertex.point for vertex in route.vertices][::-1]
    yield from ((before, after) for after, before in itertools.pairwise(points))
