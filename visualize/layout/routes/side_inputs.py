"""Side inputs: arrows that enter a frame beside its axis, as an encoder's result does a decoder's.

        ╭────────────╮
    ┌───┼──▶ box     │
    │   │     ↓      │
    │   ╰─────┼──────╯

They are routed last, between boxes that have their places: along and across the flow, clear of all
boxes, with as few bends as there can be.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterable, Sequence

from visualize.core.geometry import Point, Rectangle
from visualize.core.layout import PlacedBox, PlacedFrame
from visualize.core.route import Route
from visualize.layout.links import Leg, Link
from visualize.layout.sizes import Sizes
from visualize.layout.spacing import SideInputSpacing

_Step = tuple[int, int]
_WAYS: tuple[_Step, ...] = ((1, 0), (-1, 0), (0, 1), (0, -1))
_BORDER = 2.5  # points from a border within which a line seems to be part of it
_ALONG = 4  # how many times the way along a border counts in addition


def draw_side_inputs(
    links: Sequence[Link],
    boxes: Sequence[PlacedBox],
    frames: Sequence[PlacedFrame],
    sizes: Sizes,
) -> list[Leg]:
    """Route ``links`` between boxes that have their places.

    Each leaves with the flow and arrives with it or from a side. They keep clear of
    boxes and of the titles of frames.
    """
    if not links:
        return []
    room = sizes.spacing.side_input
    areas = {placed.box.id: placed.rectangle for placed in boxes}
    texts = [
        Rectangle.around(text.center, *sizes.text(text.text, text.size))
        for frame in frames
        for text in frame.texts
    ]
    router = _Router([*areas.values(), *texts], [frame.rectangle for frame in frames], room)
    return [
        Leg(link, router.route(areas[link.arrow.source], areas[link.arrow.target]))
        for link in links
    ]


class _Router:
    """Finds ways on the lines that run just beside boxes and frames."""

    def __init__(
        self,
        boxes: Sequence[Rectangle],
        frames: Sequence[Rectangle],
        room: SideInputSpacing,
    ) -> None:
        self.room = room
        self.boxes = boxes
        self.frames = frames
        around = [*boxes, *frames]
        self.along = _lines(((area.start, area.end) for area in around), room.clear)
        self.across = _lines(((area.low, area.high) for area in around), room.clear)
        # What lies on each line of the grid, along or across.
        self._on_lines: dict[tuple[bool, float], tuple[list[Rectangle], ...]] = {}

    def route(self, source: Rectangle, target: Rectangle) -> Route:
        """A way from the end of ``source`` to ``target``."""
        axis, middle = (source.low + source.high) / 2, (target.low + target.high) / 2
        row = (target.start + target.end) / 2
        begin = Point(source.end + self.room.clear, axis)
        quarter = (target.high - target.low) / 4
        ends = {
            Point(row, target.low - self.room.approach): (Point(row, target.low), (0, 1)),
            Point(row, target.high + self.room.approach): (Point(row, target.high), (0, -1)),
        }
        for across in (middle - quarter, middle + quarter):
            tip = Point(target.start, across)
            ends[tip.moved(-self.room.approach, 0)] = (tip, (1, 0))
        corners = self._search(begin, {place: way for place, (_, way) in ends.items()})
        tip = ends[corners[-1]][0]
        corners = _straightened([Point(source.end, axis), *corners, tip])
        return Route.rounded(corners, self.room.radius)

    def _search(self, begin: Point, ends: dict[Point, _Step]) -> list[Point]:
        """The cheapest way from ``begin`` to one of ``ends``: A* (Hart, Nilsson, Raphael 1968).

        A place counts once for each way in which it is entered, because bends cost. What is left
        to go costs at least the way along and across the flow to the nearest end.
        """

        def left(place: Point) -> float:
            return min(_distance(place, end) for end in ends)

        rows = sorted({*self.along, begin.along, *(end.along for end in ends)})
        columns = sorted({*self.across, begin.across, *(end.across for end in ends)})
        start = (rows.index(begin.along), columns.index(begin.across), (1, 0))
        costs = {start: 0.0}
        before: dict[tuple[int, int, _Step], tuple[int, int, _Step]] = {}
        queue = [(left(begin), 0.0, start)]
        while queue:
            _, cost, state = heapq.heappop(queue)
            row, column, way = state
            here = Point(rows[row], columns[column])
            if ends.get(here) == way:
                return _places(state, before, rows, columns)
            if cost > costs[state]:
                continue
            for turn in _WAYS:
                there = (row + turn[0], column + turn[1])
                back = turn == (-way[0], -way[1])
                if back or not (0 <= there[0] < len(rows) and 0 <= there[1] < len(columns)):
                    continue
                point = Point(rows[there[0]], columns[there[1]])
                reached = (
                    cost
                    + _distance(here, point)
                    + self.room.bend * (turn != way)
                    + self._crossing(here, point)
                )
                following = (*there, turn)
                if reached < costs.get(following, float("inf")):
                    costs[following] = reached
                    before[following] = state
                    heapq.heappush(queue, (reached + left(point), reached, following))
        return [begin, next(iter(ends))]

    def _crossing(self, one: Point, other: Point) -> float:
        """What it costs to run through boxes, which is done only where there is no other way.

        Inside frames a way counts double: it belongs beside them. Along a border it is hard to see.
        """
        line = Rectangle(
            min(one.along, other.along), max(one.along, other.along),
            min(one.across, other.across), max(one.across, other.across),
        ).grown(0.5)  # fmt: skip
        boxes, frames, borders = self._on_line(one, other)
        inside = sum(frame.overlaps(line) for frame in frames)
        inside += _ALONG * any(border.overlaps(line) for border in borders)
        return 1e4 * sum(box.overlaps(line) for box in boxes) + _distance(one, other) * inside

    def _on_line(self, one: Point, other: Point) -> tuple[list[Rectangle], ...]:
        """The boxes and frames on the whole line through two points, and the borders along it."""
        is_across = one.along == other.along
        key = is_across, one.along if is_across else one.across
        if key not in self._on_lines:
            place, ends = key[1], (-math.inf, math.inf)
            line = Rectangle(place, place, *ends) if is_across else Rectangle(*ends, place, place)
            line = line.grown(0.5)
            boxes, frames = (
                [area for area in areas if area.overlaps(line)]
                for areas in (self.boxes, self.frames)
            )
            borders = [
                area.grown(_BORDER)
                for area in (*self.boxes, *self.frames)
                if _is_border(area, place, across=is_across)
            ]
            self._on_lines[key] = boxes, frames, borders
        return self._on_lines[key]


def _is_border(area: Rectangle, place: float, *, across: bool) -> bool:
    """Whether a line at ``place`` lies on a border of ``area``."""
    sides = (area.start, area.end) if across else (area.low, area.high)
    return any(abs(place - side) < _BORDER for side in sides)


def _distance(one: Point, other: Point) -> float:
    """How far it is along and across the flow."""
    return abs(one.along - other.along) + abs(one.across - other.across)


def _lines(sides: Iterable[tuple[float, float]], clear: float) -> list[float]:
    """The places just before and behind ``sides``, those nearly alike once."""
    lines: list[float] = []
    for place in sorted(edge for low, high in sides for edge in (low - clear, high + clear)):
        if not lines or place - lines[-1] > 1:
            lines.append(place)
    return lines


def _places(
    state: tuple[int, int, _Step],
    before: dict[tuple[int, int, _Step], tuple[int, int, _Step]],
    rows: Sequence[float],
    columns: Sequence[float],
) -> list[Point]:
    """The way that a search took to ``state``."""
    places = [state]
    while places[-1] in before:
        places.append(before[places[-1]])
    return [Point(rows[row], columns[column]) for row, column, _ in reversed(places)]


def _straightened(points: Sequence[Point]) -> list[Point]:
    """``points`` without those in the middle of a straight line."""
    kept = [points[0]]
    for point, following in itertools.pairwise(points[1:]):
        straight = kept[-1].along == point.along == following.along
        if not straight and not kept[-1].across == point.across == following.across:
            kept.append(point)
    return [*kept, points[-1]]
