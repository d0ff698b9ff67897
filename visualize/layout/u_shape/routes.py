"""The lines of a U: skips across it, the way over its bottom, and those from feeds."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from visualize.core.geometry import Point, Rectangle
from visualize.core.route import Route
from visualize.layout.columns import Column
from visualize.layout.place import Placement, Placer
from visualize.layout.u_shape.shape import Row, UShape
from visualize.layout.units import Unit


@dataclass(frozen=True)
class Paths:
    """Finds the ways of all links between the parts of a U.

    Attributes:
        shape: the U.
        placer: placed its units.
        placement: where they are.
        top: where its sides begin, below the lines of feeds.
        columns: its left and its right side.
    """

    shape: UShape
    placer: Placer
    placement: Placement
    top: float
    columns: Sequence[Column]

    def links(self) -> dict[int, Route]:
        """The routes of all links between the sides, the bottom and feeds, by index.

        Those from feeds begin on their trunks.
        """
        routes: dict[int, Route] = {}
        boxes = self.placer.sizes.rectangles(self.placement.centers)
        steps = [row for row in self.shape.rows if not row.is_level]
        for row in self.shape.rows:
            routes.update(self._across(row, steps, boxes))
        for number, link in enumerate(self.placer.level.links):
            if number not in routes:
                route = self._over_bottom(*link.ends, boxes)
                routes.update({number: route} if route else {})
        for place, feed in enumerate(self.shape.feeds):
            for number in feed.links:
                routes[number] = self._tap(place, self._target(number), boxes)
        return routes

    def trunks(self, routes: Mapping[int, Route]) -> tuple[tuple[Route, ...], dict[int, int]]:
        """The lines from feeds over the top and down the sides, and the links that follow each.

        Args:
            routes: those of links.
        """
        boxes = self.placer.sizes.rectangles(self.placement.centers)
        room = self.placer.spacing.u
        trunks: list[Route] = []
        followed: dict[int, int] = {}
        for place, feed in enumerate(self.shape.feeds):
            axis = self.placement.centers[feed.source].across
            top = self.top - room.below / 2 - room.lane * place
            for is_right in (False, True):
                links = [n for n in feed.links if self._is_right(self._target(n)) == is_right]
                if links:
                    end = max((routes[number].start for number in links), key=lambda one: one.along)
                    corners = [
                        Point(boxes[feed.source].end, axis),
                        Point(top, axis),
                        Point(top, end.across),
                        end,
                    ]
                    followed.update(dict.fromkeys(links, len(trunks)))
                    trunks.append(Route.rounded(corners, room.radius / 2))
        return tuple(trunks), followed

    # Skips

    def _across(
        self, row: Row, steps: Sequence[Row], boxes: Mapping[Unit, Rectangle]
    ) -> Iterator[tuple[int, Route]]:
        """The links of a skip: side by side, or one after the other over the boxes on it."""
        room = self.placer.spacing.u
        chain = [row.fork, *row.laterals, row.merge]
        links = self.placer.level.links
        for one, other in itertools.pairwise(chain):
            numbers = [number for number in row.links if links[number].ends == (one, other)]
            middle = (len(numbers) - 1) / 2
            for place, number in enumerate(numbers):
                aside = (place - middle) * room.port
                yield number, self._way(row, steps, one, other, boxes, aside)

    def _way(
        self,
        row: Row,
        steps: Sequence[Row],
        one: Unit,
        other: Unit,
        boxes: Mapping[Unit, Rectangle],
        aside: float,
    ) -> Route:
        """A straight line, or one with a step in a lane beside the left side."""
        room = self.placer.spacing.u
        start, end = self.placement.centers[one].along, self.placement.centers[other].along
        if abs(start - end) < room.port:
            return Route.straight(
                _on_side(boxes[one], start + aside, 1, self._is_circle(one)),
                _on_side(boxes[other], start + aside, -1, self._is_circle(other)),
            )
        down = 1 if end > start else -1
        rank = self._rank(row, steps)
        lane = self.columns[0].high + room.lane * (rank + 1.5)
        leaving = start + down * room.step + aside
        arriving = end - (down * room.step if other == row.merge else 0.0) + aside
        corners = [
            _on_side(boxes[one], leaving, 1, self._is_circle(one)),
            Point(leaving, lane),
            Point(arriving, lane),
            _on_side(boxes[other], arriving, -1, self._is_circle(other)),
        ]
        return Route.rounded(corners, room.radius / 2)

    def _rank(self, row: Row, steps: Sequence[Row]) -> int:
        """In which lane the step of a skip is: those that pass each other have different ones."""
        along = self.placement.centers
        spans = [sorted((along[one.fork].along, along[one.merge].along)) for one in steps]
        place = steps.index(row)
        first, last = spans[place]
        return sum(start < last and first < end for start, end in spans[:place])

    def _is_circle(self, unit: Unit) -> bool:
        return self.placer.sizes.is_merge(unit)

    # The bottom

    def _over_bottom(
        self, source: Unit, target: Unit, boxes: Mapping[Unit, Rectangle]
    ) -> Route | None:
        """The way from one side to the other, or to the bottom and from there, if it is one."""
        room, bottom = self.placer.spacing.u, self.shape.bottom
        if bottom and bottom in (source, target):
            return _to_bottom((source, target), bottom, boxes, room.radius)
        if source not in self.columns[0].units or target not in self.columns[1].units:
            return None
        end = max(boxes[unit].end for column in self.columns for unit in column.units)
        axes = (self.placement.centers[unit].across for unit in (source, target))
        first, last = axes
        corners = [
            Point(boxes[source].end, first),
            Point(end + room.below, first),
            Point(end + room.below, last),
            Point(boxes[target].end, last),
        ]
        return Route.rounded(corners, room.radius)

    # Feeds

    def _target(self, number: int) -> Unit:
        return self.placer.level.links[number].target

    def _is_right(self, unit: Unit) -> bool:
        return unit in self.columns[1].units

    def _tap(self, place: int, target: Unit, boxes: Mapping[Unit, Rectangle]) -> Route:
        """From the line of a feed beside the columns to where the flow enters ``target``."""
        room, sizes = self.placer.spacing.u, self.placer.sizes
        left, right = self.columns[0], self.columns[1]
        is_right = self._is_right(target)
        beyond = sizes.spacing.box.shortcut + room.lane * (place + 1)
        line = right.high + beyond if is_right else left.low - beyond
        area = boxes[target]
        from_below = is_right or target == self.shape.bottom
        near = room.approach + room.lane * place
        row = area.end + near if from_below else area.start - near
        part = (place + 1) / (2 * (len(self.shape.feeds) + 1))
        breadth = area.high - area.low
        port = area.high - part * breadth if is_right else area.low + part * breadth
        corners = [
            Point(row - room.radius / 2, line),
            Point(row, line),
            Point(row, port),
            Point(area.end if from_below else area.start, port),
        ]
        return Route.rounded(corners, room.radius / 2)


def _on_side(area: Rectangle, along: float, side: int, circle: bool) -> Point:
    """The point on one side of a box or circle."""
    if not circle:
        return Point(along, area.high if side > 0 else area.low)
    radius, middle = (area.end - area.start) / 2, (area.start + area.end) / 2
    offset = max(-0.9 * radius, min(0.9 * radius, along - middle))
    center = (area.low + area.high) / 2
    return Point(middle + offset, center + side * (radius**2 - offset**2) ** 0.5)


def _to_bottom(
    ends: tuple[Unit, Unit], bottom: Unit, boxes: Mapping[Unit, Rectangle], radius: float
) -> Route:
    """A rounded way from the left side to the bottom, or from the bottom to the right side."""
    source, target = boxes[ends[0]], boxes[ends[1]]
    level = (boxes[bottom].start + boxes[bottom].end) / 2
    if ends[1] == bottom:
        axis = (source.low + source.high) / 2
        corners = [Point(source.end, axis), Point(level, axis), Point(level, target.low)]
    else:
        axis = (target.low + target.high) / 2
        corners = [Point(level, source.high), Point(level, axis), Point(target.end, axis)]
    return Route.rounded(corners, radius)
