"""Places of units in rows and columns, and the routes of the links between them.

Rows come first: how their cells are in line. Then paths, and with them how many lines run in each
channel and gutter. These decide how far apart rows and columns are.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from visualize.core.geometry import Point
from visualize.core.route import Route
from visualize.layout.place import Placement
from visualize.layout.rows.align import align
from visualize.layout.rows.find import Rows, Slot
from visualize.layout.rows.paths import Channel, Gutter, Lane, Path, PathFinder, Side
from visualize.layout.rows.ports import Ports, meeting
from visualize.layout.rows.tracks import Tracks
from visualize.layout.sizes import LevelSizes
from visualize.layout.units import Unit


@dataclass(frozen=True, slots=True)
class PlacedRows:
    """Rows in their places.

    Attributes:
        placement: where the units are.
        routes: those of all links, in their order.
    """

    placement: Placement
    routes: Sequence[Route]


def place_rows(rows: Rows, sizes: LevelSizes) -> PlacedRows:
    """Place rows and columns, and find the routes of all links."""
    grid = _Grid(rows, sizes)
    grid.place_rows()
    grid.place_columns()
    grid.add_ports()
    centers = {unit: grid.center(unit) for unit in sizes.level.units}
    routes = [grid.route(index) for index in range(len(grid.links))]
    areas = [sizes.covered(unit, center) for unit, center in centers.items()]
    areas += [route.bounds() for route in routes]
    return PlacedRows(Placement(centers, {}, areas, max(area.end for area in areas)), routes)


class _Grid:
    """Finds lengths and routes."""

    def __init__(self, rows: Rows, sizes: LevelSizes) -> None:
        self.rows = rows
        self.sizes = sizes
        self.room = sizes.spacing.rows
        self.links = sizes.level.links
        self.columns = [rows.column(number) for number in range(rows.columns)]
        self.aligned = align(rows, sizes)
        self.paths = PathFinder(rows, self.links, self.aligned.middle).paths()
        # What lines of one tensor that are drawn alike have in common.
        self.lines: list[Hashable] = [(link.source, link.arrow.skip) for link in self.links]
        self.tracks: dict[Lane, Tracks] = {}
        self.ports = Ports(self.room.port)
        self.along: dict[Unit, float] = {}
        self.across: dict[Unit, float] = {}
        self.tops: list[float] = []
        self.lefts: list[float] = []

    def center(self, unit: Unit) -> Point:
        """The middle of a unit."""
        return Point(self.along[unit], self.across[unit])

    def place_rows(self) -> None:
        """Rows below each other, with room for the lines between them."""
        self._fill_channels()
        gaps = self._gaps()
        end = 0.0
        for number, length in enumerate((*self.aligned.lengths, 0.0)):
            count = self._count(Channel(number))
            room = 2 * self.room.edge + self.room.track * (count - 1) if count else 0.0
            self.tops.append(end + max(gaps[number], room))
            end = self.tops[-1] + length
        for unit, home in self.rows.homes.items():
            self.along[unit] = self.tops[home.row] + self.aligned.middle[unit]

    def place_columns(self) -> None:
        """Columns from left to right, with room for the lines between them."""
        self._fill_gutters()
        # An arrow that enters a box on its right needs room for its head there.
        entered = {
            self.rows.homes[link.target].column + 1
            for link, path in zip(self.links, self.paths)
            if path.end is Side.RIGHT
        }
        end = 0.0
        for number, slots in enumerate(self.columns):
            end = self._open_gutter(number, end, number in entered) if number else end
            axis = end + max(map(self._left_of, slots))
            for slot in slots:
                self.across[slot.unit] = axis
                if slot.merge is not None:
                    before = self._half(slot.unit) + self.room.head + self._half(slot.merge)
                    self.across[slot.merge] = axis - before
            end = axis + max(self._half(slot.unit) for slot in slots)
        self._open_gutter(len(self.columns), end, len(self.columns) in entered)

    def add_ports(self) -> None:
        """Where lines meet units, once these have their places."""
        for link, path, line in zip(self.links, self.paths, self.lines):
            lean = self._lean(link.source, link.target, path.lanes, path, line)
            self.ports.add(link.source, path.start, line, lean)
            lean = self._lean(link.target, link.source, path.lanes[::-1], path, line)
            self.ports.add(link.target, path.end, (line, link.target), lean)

    def route(self, index: int) -> Route:
        """The route of a link."""
        link, path, line = self.links[index], self.paths[index], self.lines[index]
        start = self._port(link.source, path.start, line)
        end = self._port(link.target, path.end, (line, link.target))
        corners, here = [start], start
        for lane in path.lanes:
            place = self._where(lane, line)
            is_gutter = isinstance(lane, Gutter)
            here = Point(here.along, place) if is_gutter else Point(place, here.across)
            corners.append(here)
        if not path.is_straight:
            is_level = path.end in (Side.LEFT, Side.RIGHT)
            corners.append(
                Point(end.along, here.across) if is_level else Point(here.along, end.across)
            )
        return Route.rounded([*corners, end], self.room.radius)

    def _fill_channels(self) -> None:
        """Lines in channels: arcs over a row near to it, then those that lead up to the next."""
        upward: set[tuple[Lane, Hashable]] = set()
        for link, path, line in zip(self.links, self.paths, self.lines):
            ends = [float(self.rows.homes[unit].column) for unit in link.ends]
            stops = [one.column - 0.5 if isinstance(one, Gutter) else 0.0 for one in path.lanes]
            for lane, before, after in _passed(path.lanes, ends, stops):
                if isinstance(lane, Channel):
                    self.tracks.setdefault(lane, Tracks()).add(line, before, after)
                    if path.end is Side.BOTTOM:
                        upward.add((lane, line))
        for lane, tracks in self.tracks.items():
            over = [line for line in tracks.spans if (lane, line) not in upward]
            up = [line for line in tracks.spans if (lane, line) in upward]
            over.sort(key=tracks.length)
            up.sort(key=tracks.start, reverse=True)
            tracks.settle([*over, *up])

    def _fill_gutters(self) -> None:
        """Lines in gutters: those that go on straight as well are the farther ones."""
        gutters: dict[Lane, Tracks] = {}
        for link, path, line in zip(self.links, self.paths, self.lines):
            ends = [self.along[unit] for unit in link.ends]
            stops = [
                self._where(one, line) if isinstance(one, Channel) else 0.0 for one in path.lanes
            ]
            for lane, before, after in _passed(path.lanes, ends, stops):
                if isinstance(lane, Gutter):
                    gutters.setdefault(lane, Tracks()).add(line, before, after)
        straight = {line for line, path in zip(self.lines, self.paths) if path.is_straight}
        for tracks in gutters.values():
            order = sorted(tracks.spans, key=tracks.length)
            order.sort(key=straight.__contains__)
            tracks.settle(order)
        self.tracks |= gutters

    def _count(self, lane: Lane) -> int:
        return self.tracks[lane].count if lane in self.tracks else 0

    def _where(self, lane: Lane, line: Hashable) -> float:
        """Where a line runs in a gutter or channel."""
        aside = self.tracks[lane].numbers[line] * self.room.track
        if isinstance(lane, Gutter):
            return self.lefts[lane.column - 1] + aside
        return self.tops[lane.row] - self.room.edge - aside

    def _gaps(self) -> list[float]:
        """The room that links along columns need above each row, and below the last one."""
        gaps = [0.0] * (self.rows.rows + 1)
        for number, column in enumerate(self.columns):
            for upper, lower in itertools.pairwise(column):
                above, below = (self.rows.homes[slot.unit].row for slot in (upper, lower))
                if below - above == 1:
                    ends = upper.unit, lower.unit
                    ends = ends[::-1] if self.rows.is_upward(number) else ends
                    gaps[below] = max(gaps[below], self.sizes.gap(*ends))
        return gaps

    def _open_gutter(self, number: int, end: float, is_entered: bool) -> float:
        """Begin the gutter right of a column that ends at ``end``; where the next may begin."""
        edge = self.room.head if is_entered else self.room.edge
        self.lefts.append(end + edge)
        count = self._count(Gutter(number))
        width = edge + self.room.track * (count - 1) + self.room.head if count else 0.0
        return end + max(width, self.room.between)

    def _half(self, unit: Unit) -> float:
        area = self.sizes.extents[unit].area
        return (area.high - area.low) / 2

    def _left_of(self, slot: Slot) -> float:
        """How far a slot reaches to the left of the axis of its column."""
        reach = -self.sizes.covered(slot.units[0], Point(0, 0)).low
        if slot.merge is None:
            return reach
        return self._half(slot.unit) + self.room.head + self._half(slot.merge) + reach

    def _lean(
        self, unit: Unit, other: Unit, lanes: Sequence[Lane], path: Path, line: Hashable
    ) -> float:
        """How far off the middle of a unit a line leads, whose first lane is next to the unit."""
        if path.is_straight:
            return 0.0
        side = path.start if lanes == path.lanes else path.end
        places = self.across if side in (Side.TOP, Side.BOTTOM) else self.along
        ahead = self._where(lanes[1], line) if len(lanes) > 1 else places[other]
        return ahead - places[unit] or self.room.port

    def _port(self, unit: Unit, side: Side, line: Hashable) -> Point:
        area = self.sizes.rectangle(unit, self.center(unit))
        is_level = side in (Side.LEFT, Side.RIGHT)
        length = area.end - area.start if is_level else area.high - area.low
        offset = self.ports.offset(unit, side, line, self.room.ports * length / 2)
        return meeting(area, side, offset, is_circle=self.sizes.is_merge(unit))


def _passed(
    lanes: Sequence[Lane], ends: Sequence[float], stops: Sequence[float]
) -> Iterator[tuple[Lane, float, float]]:
    """Each lane of a path with the places from which a line comes there and to which it goes."""
    places = [ends[0], *stops, ends[1]]
    yield from zip(lanes, places, places[2:])
