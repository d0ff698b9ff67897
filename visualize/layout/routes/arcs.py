"""Arcs: routes beside the boxes between two ends, nested where they overlap.

    ┌───┐
    │ a ├────╮
    └─┬─┘    │
    ┌─▼─┐    │
    │ b ├─╮  │
    └─┬─┘ │  │
      ▼   │  │ lanes

Short arcs come first and run closest. An arc leaves and arrives at the sides of its boxes, or with
the flow where something is beside them.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from visualize.core.geometry import Point, Rectangle, Transform, bounds
from visualize.core.grid import Grid
from visualize.core.route import Route
from visualize.layout.spacing import ArcSpacing
from visualize.layout.units import Unit

_STRETCH = 100.0  # points of the flow in which areas are looked up together


@dataclass(frozen=True, slots=True)
class Arc:
    """An arc from one unit to another. Its label is as long and broad as given.

    ``reach`` is how much farther than usual its line reaches to each side of its middle.
    ``lane`` is where it runs along the flow; ``start`` and ``end`` are the points on the boxes.
    It leaves and arrives at the side of a box, or with the flow where something is beside it.
    """

    index: int
    source: Unit
    target: Unit
    label_length: float = 0.0
    label_breadth: float = 0.0
    side: int = 1
    lane: float = 0.0
    start: Point = field(default=Point(0, 0))
    end: Point = field(default=Point(0, 0))
    leaves_side: bool = True
    arrives_side: bool = True
    reach: float = 0.0

    @property
    def ends(self) -> tuple[Unit, Unit]:
        """The units it leads from and to."""
        return self.source, self.target

    def transformed(self, transform: Transform) -> Arc:
        """This arc, transformed."""
        return replace(
            self,
            lane=self.lane + transform.across,
            start=transform.of(self.start),
            end=transform.of(self.end),
        )

    def route(self, room: ArcSpacing) -> Route:
        """Where the arc runs."""
        return Route.rounded(self.corners(room), room.radius)

    def corners(self, room: ArcSpacing) -> list[Point]:
        """Its ends, and the places where it turns."""
        step = room.step if self.end.along >= self.start.along else -room.step
        corners = [self.start]
        if self.leaves_side:
            corners.append(Point(self.start.along, self.lane))
        else:
            below = self.start.along + step
            corners += [Point(below, self.start.across), Point(below, self.lane)]
        if self.arrives_side:
            corners.append(Point(self.end.along, self.lane))
        else:
            above = self.end.along - step
            corners += [Point(above, self.lane), Point(above, self.end.across)]
        return [*corners, self.end]

    def label_center(self, room: ArcSpacing) -> Point:
        """Middle of the label, which is on the outer side of the lane."""
        offset = room.label + self.reach + self.label_breadth / 2
        return Point((self.start.along + self.end.along) / 2, self.lane + self.side * offset)

    def areas(self, room: ArcSpacing) -> list[Rectangle]:
        """What the arc and its label cover."""
        inner = min(self.start.across, self.end.across, self.lane)
        outer = max(self.start.across, self.end.across, self.lane)
        first, last = sorted((self.start.along, self.end.along))
        areas = [Rectangle(first, last, inner, outer)]
        if self.label_breadth:
            center = self.label_center(room)
            areas.append(Rectangle.around(center, self.label_length, self.label_breadth))
        return areas


def route_arcs(
    arcs: Iterable[Arc],
    boxes: Mapping[Unit, Rectangle],
    circles: Collection[Unit],
    areas: Sequence[Rectangle],
    room: ArcSpacing,
    side: int = 1,
    axes: Mapping[Unit, float] | None = None,
    inner: Iterable[Arc] = (),
) -> list[Arc]:
    """Give each arc a side, a lane and its ends; all arcs, with the ``inner`` ones first.

    Short arcs come first and run closest; an arc takes a way that runs through no box, on
    ``side`` if it can.

    Args:
        arcs: what to route.
        boxes: the area of each unit.
        circles: those that are round.
        areas: what is covered already.
        room: the lengths of arcs.
        side: where arcs run if they can, 1 or -1.
        axes: the axis of each frame, which arrows enter and leave there and nowhere else.
        inner: arcs that are routed already. They keep their lanes; their ends make room for those
            of others on the same side of a box.
    """
    covered = _Covered(areas, room)
    placed: list[Arc] = []
    rows = _Rows(boxes, room)
    ordered = sorted(arcs, key=lambda arc: (_span(arc, boxes), arc.index))
    for arc in ordered:
        chosen = _freest(_ways(arc, side, boxes, covered, axes or {}), rows)
        placed.append(chosen)
        covered.add(chosen.areas(room))
    return _with_ports([*inner, *placed], boxes, circles, room)


def _ways(
    arc: Arc,
    side: int,
    boxes: Mapping[Unit, Rectangle],
    covered: _Covered,
    axes: Mapping[Unit, float],
) -> Iterable[Arc]:
    """All ways an arc can go, the best looking first."""
    source, target = boxes[arc.source], boxes[arc.target]
    leaving = axes.get(arc.source, (source.low + source.high) / 2)
    arriving = axes.get(arc.target, (target.low + target.high) / 2)
    for leaves_side, arrives_side in ((True, True), (True, False), (False, True), (False, False)):
        if (leaves_side and arc.source in axes) or (arrives_side and arc.target in axes):
            continue
        start = None if leaves_side else Point(source.end, leaving)
        end = None if arrives_side else Point(target.start, arriving)
        for way in (side, -side):
            yield _on_side(arc, way, boxes, covered, start, end)


class _Covered:
    """Areas, indexed by the stretches of the flow that they cover."""

    def __init__(self, areas: Iterable[Rectangle], room: ArcSpacing) -> None:
        self.room = room
        # Those that begin or end in a stretch.
        self._areas: dict[int, list[Rectangle]] = defaultdict(list)
        # How far those that go through all of a stretch reach to the greater side and to the
        # lesser one, and how far all of them do.
        self._through: dict[int, tuple[float, float]] = {}
        self._reach: dict[int, tuple[float, float]] = {}
        self.add(areas)

    def add(self, areas: Iterable[Rectangle]) -> None:
        for area in areas:
            stretches = _stretches(area.start, area.end)
            for stretch in stretches:
                _extend(self._reach, stretch, area)
            for stretch in stretches[1:-1]:
                _extend(self._through, stretch, area)
            for stretch in {stretches[0], stretches[-1]}:
                self._areas[stretch].append(area)

    def edge(self, first: float, last: float, side: int) -> float:
        """How far areas between two places, the first one first, reach to one side at the most."""
        stretches = _stretches(min(first, last), max(first, last))
        index = 0 if side > 0 else 1
        edges = [
            self._reach[stretch][index] for stretch in stretches[1:-1] if stretch in self._reach
        ]
        for stretch in {stretches[0], stretches[-1]}:
            if stretch in self._through:
                edges.append(self._through[stretch][index])
            edges += [
                area.high if side > 0 else -area.low
                for area in self._areas.get(stretch, ())
                if area.start < last and first < area.end
            ]
        return max(edges, default=-math.inf)


def _extend(reach: dict[int, tuple[float, float]], stretch: int, area: Rectangle) -> None:
    high, low = reach.get(stretch, (area.high, -area.low))
    reach[stretch] = max(high, area.high), max(low, -area.low)


def _stretches(start: float, end: float) -> range:
    return range(int(start // _STRETCH), int(end // _STRETCH) + 1)


class _Rows:
    """Boxes sorted along the flow, to find those near a point of it."""

    def __init__(self, boxes: Mapping[Unit, Rectangle], room: ArcSpacing) -> None:
        self.room = room
        self.boxes = sorted(boxes.items(), key=lambda item: item[1].start)
        self.starts = [box.start for _, box in self.boxes]
        self.longest = max((box.end - box.start for box in boxes.values()), default=0.0)
        self._grid: Grid[Unit] = Grid()
        for unit, box in boxes.items():
            self._grid.add(box.grown(room.clear), unit)

    def near(self, along: float) -> Sequence[Unit]:
        """Boxes that reach into the room that an arc needs to turn at ``along``."""
        first = bisect.bisect_left(self.starts, along - self.room.radius - self.longest)
        last = bisect.bisect_right(self.starts, along + self.room.radius)
        return [unit for unit, _ in self.boxes[first:last]]

    def hits(self, way: Arc) -> int:
        """How many boxes near its ends an arc runs through."""
        near = {*self.near(way.start.along), *self.near(way.end.along)}.difference(way.ends)
        lines = itertools.pairwise(way.corners(self.room)) if near else ()
        found = (self._grid.overlapping(bounds(line)) for line in lines)
        return len(near.intersection(unit for areas in found for _, unit in areas))


def _freest(ways: Iterable[Arc], rows: _Rows) -> Arc:
    """The first of ``ways`` that runs through the fewest boxes.

    Only its ends can hit any: the lane lies outside all that it passes.
    """
    found: list[tuple[int, Arc]] = []
    for way in ways:
        hits = rows.hits(way)
        if not hits:
            return way
        found.append((hits, way))
    return min(found, key=lambda item: item[0])[1]


def _span(arc: Arc, boxes: Mapping[Unit, Rectangle]) -> float:
    return boxes[arc.target].start - boxes[arc.source].start


def _on_side(
    arc: Arc,
    side: int,
    boxes: Mapping[Unit, Rectangle],
    covered: _Covered,
    start: Point | None,
    end: Point | None,
) -> Arc:
    """The arc on one side of what it passes; it begins and ends there unless ends are given."""
    source, target = boxes[arc.source], boxes[arc.target]
    first, last = _middle(source), _middle(target)
    edge = max(covered.edge(first + 1, last - 1, side), source.high if side > 0 else -source.low)
    target_edge = target.high if side > 0 else -target.low
    lane = side * max(edge + covered.room.lane, target_edge + covered.room.head)
    return replace(
        arc,
        side=side,
        lane=lane,
        start=start or Point(first, source.high if side > 0 else source.low),
        end=end or Point(last, side * target_edge),
        leaves_side=start is None,
        arrives_side=end is None,
    )


def _middle(area: Rectangle) -> float:
    return (area.start + area.end) / 2


def _with_ports(
    arcs: Sequence[Arc],
    boxes: Mapping[Unit, Rectangle],
    circles: Collection[Unit],
    spacing: ArcSpacing,
) -> list[Arc]:
    """Spread the ends of arcs that share a side of a box, so that none cross or coincide."""
    ports: dict[tuple[Unit, int], list[tuple[int, float, int, bool]]] = {}
    for position, arc in enumerate(arcs):
        reach = arc.side * arc.lane
        # Arrivals come first, inner lanes before outer ones; departures the other way round.
        if arc.arrives_side:
            ports.setdefault((arc.target, arc.side), []).append((0, reach, position, False))
        if arc.leaves_side:
            ports.setdefault((arc.source, arc.side), []).append((1, -reach, position, True))
    result = list(arcs)
    for (node, side), ends in ports.items():
        box = boxes[node]
        room = (box.end - box.start) * spacing.ports
        apart = spacing.port
        if len(ends) < 3 or node not in circles:  # a circle has no room for more
            apart += 2 * max(arcs[position].reach for _, _, position, _ in ends)
        gap = min(apart, room / max(len(ends) - 1, 1))
        for rank, (_, _, position, is_start) in enumerate(sorted(ends)):
            offset = (rank - (len(ends) - 1) / 2) * gap
            point = _on_edge(box, side, offset, node in circles)
            arc = result[position]
            moved = replace(arc, start=point) if is_start else replace(arc, end=point)
            result[position] = moved
    return result


def _on_edge(box: Rectangle, side: int, offset: float, circle: bool) -> Point:
    along = _middle(box) + offset
    if not circle:
        return Point(along, box.high if side > 0 else box.low)
    radius = (box.end - box.start) / 2
    center = (box.low + box.high) / 2
    return Point(along, center + side * (radius**2 - min(offset**2, radius**2)) ** 0.5)
