"""U-shaped networks: encoder and decoder face to face, their skips straight across.

    ┌─────┐     skip      ┌─────┐
    │ enc ├──────────────▶│ dec │
    └──┬──┘               └──▲──┘
    ┌──▼──┐               ┌──┴──┐
    │ enc ├──────────────▶│ dec │
    └──┬──┘   ┌────────┐  └──▲──┘
       ╰─────▶│ bottom ├─────╯
              └────────┘

The left side goes with the flow, the right side against it. Forks and merges of skips are in rows.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from visualize.core.geometry import Point, Rectangle, Transform
from visualize.core.route import Route
from visualize.layout.columns import Column
from visualize.layout.levels import Level
from visualize.layout.order import Part, Series, units_of
from visualize.layout.place import Placement, Placer
from visualize.layout.spacing import ROOMY
from visualize.layout.units import Unit


@dataclass(frozen=True, slots=True)
class Row:
    """A skip straight across: its fork, its merge and the index of its link."""

    fork: Unit
    merge: Unit
    link: int


@dataclass(frozen=True, slots=True)
class UShape:
    """A flow that goes down and comes up again.

    Attributes:
        left: the parts on the way down, in the order of the flow.
        bottom: the part in the middle below, if their number is odd and nothing else reads it.
        right: the parts on the way up, in the order of the flow.
        rows: the skips between them, outermost first.
    """

    left: tuple[Part, ...]
    bottom: Unit | None
    right: tuple[Part, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class PlacedU:
    """A U in its place.

    Attributes:
        placement: where its units are.
        columns: left side, right side and bottom.
        routes: those of the links between the sides, by index.
        backwards: the units between which the flow goes back.
    """

    placement: Placement
    columns: tuple[Column, ...]
    routes: Mapping[int, Route]
    backwards: frozenset[Unit]


def find_u(part: Part, level: Level) -> UShape | None:
    """The U-shape of a flow, if it has one.

    It needs two or more nested long skips between boxes of the spine, and nothing else that
    leads from one side to the other.
    """
    if not isinstance(part, Series):
        return None
    place = {unit: index for index, unit in enumerate(part.parts) if isinstance(unit, Unit)}
    rows = [
        Row(link.source, link.target, index)
        for index, link in enumerate(level.links)
        if link.arc and link.arrow.long and link.source in place and link.target in place
    ]
    rows.sort(key=lambda row: place[row.fork])
    if len(rows) < 2 or not _is_nested([(place[row.fork], place[row.merge]) for row in rows]):
        return None
    last, first = place[rows[-1].fork], place[rows[-1].merge]
    left, middle, right = part.parts[: last + 1], part.parts[last + 1 : first], part.parts[first:]
    half, odd = divmod(len(middle), 2)
    bottom = middle[half] if odd else None
    if not middle or not (bottom is None or isinstance(bottom, Unit)):
        return None
    down, up = left + middle[:half], middle[len(middle) - half :] + right
    if bottom and not _is_between(bottom, down[-1], up[0], level):
        up = bottom, *up
        bottom = None
    shape = UShape(down, bottom, up, tuple(rows))
    return shape if _is_only_way(shape, level) else None


def place_u(shape: UShape, placer: Placer) -> PlacedU:
    """Place both sides face to face, and the bottom below them."""
    gaps_down, gaps_up = _aligned_gaps(shape, placer)
    left = placer.place_series(shape.left, gaps_down, side=-1)
    right = placer.place_series(shape.right, gaps_up, side=1)
    right = right.transformed(Transform(right.length, mirrored=True))
    outermost = shape.rows[0]
    shift = left.centers[outermost.fork].along - right.centers[outermost.merge].along
    across = left.high - right.low + _breadth(shape, placer)
    whole = Placement()
    whole.add(left, max(0.0, -shift), 0)
    whole.add(right, max(0.0, shift), across)
    columns = [
        Column(tuple(left.centers), left.low, left.high),
        Column(tuple(right.centers), right.low + across, right.high + across, side=1),
    ]
    end = max(area.end for area in whole.areas)
    if shape.bottom:
        length = placer.sizes.length(shape.bottom)
        center = Point(end + placer.spacing.u.below + length / 2, across / 2)
        whole.centers[shape.bottom] = center
        whole.areas.append(placer.sizes.covered(shape.bottom, center))
        columns.append(Column((shape.bottom,), center.across, center.across))
    whole.length = max(area.end for area in whole.areas)
    routes = _routes_across(shape, whole, placer, end)
    return PlacedU(whole, tuple(columns), routes, frozenset(right.centers))


def _is_nested(spans: Sequence[tuple[int, int]]) -> bool:
    """Whether each span lies inside the one before."""
    return all(a < c and d < b for (a, b), (c, d) in itertools.pairwise(spans))


def _is_between(bottom: Unit, before: Part, after: Part, level: Level) -> bool:
    """Whether all links of the bottom lead to its neighbours: others would run through boxes."""
    ends = [{*link.ends} - {bottom} for link in level.links if bottom in link.ends]
    return all(end <= {*units_of(before), *units_of(after)} for end in ends)


def _is_only_way(shape: UShape, level: Level) -> bool:
    """Whether skips and bottom alone connect the sides."""
    left = set().union(*map(units_of, shape.left))
    right = set().union(*map(units_of, shape.right))
    across = sum(link.source in left and link.target in right for link in level.links)
    return across == len(shape.rows) + (shape.bottom is None)


def _aligned_gaps(shape: UShape, placer: Placer) -> tuple[list[float], list[float]]:
    """The gaps of both sides, in the order of the flow, with forks and merges in rows."""
    down, up = shape.left, shape.right[::-1]
    gaps_down, gaps_up = placer.gaps(down), placer.gaps(shape.right)[::-1]
    forks = [down.index(row.fork) for row in shape.rows]
    merges = [up.index(row.merge) for row in shape.rows]
    lengths_down = [placer.place(part).length for part in down]
    lengths_up = [placer.place(part).length for part in up]
    for row in range(len(forks) - 1):
        here = _distance(lengths_down, gaps_down, forks[row], forks[row + 1])
        there = _distance(lengths_up, gaps_up, merges[row], merges[row + 1])
        _widen(gaps_down, forks[row], forks[row + 1], max(0.0, there - here))
        _widen(gaps_up, merges[row], merges[row + 1], max(0.0, here - there))
    return gaps_down, gaps_up[::-1]


def _distance(lengths: Sequence[float], gaps: Sequence[float], first: int, last: int) -> float:
    between = sum(lengths[first + 1 : last]) + sum(gaps[first:last])
    return between + (lengths[first] + lengths[last]) / 2


def _widen(gaps: list[float], first: int, last: int, extra: float) -> None:
    for index in range(first, last):
        gaps[index] += extra / (last - first)


def _breadth(shape: UShape, placer: Placer) -> float:
    """Room between the sides: for the labels of the skips and for the bottom."""
    room = placer.spacing.u
    inner = room.inner * placer.spacing.fan / ROOMY.fan
    texts = (placer.level.links[row.link].label for row in shape.rows)
    sizes = [placer.sizes.label(label.text if label else "") for label in texts]
    lengths, labels = [length for length, _ in sizes], [breadth for _, breadth in sizes]
    if placer.sizes.direction.is_vertical:
        beside = max(lengths + labels) + inner
    else:
        beside = inner + max(labels)
    return max(beside, room.least * inner)


def _routes_across(
    shape: UShape, placement: Placement, placer: Placer, end: float
) -> dict[int, Route]:
    """The routes of all links between the sides and the bottom."""
    boxes = placer.sizes.rectangles(placement.centers)
    room = placer.spacing.u
    routes: dict[int, Route] = {}
    for row in shape.rows:
        along = placement.centers[row.fork].along
        start, stop = Point(along, boxes[row.fork].high), Point(along, boxes[row.merge].low)
        routes[row.link] = Route.straight(start, stop)
    lowest, highest = shape.left[-1], shape.right[0]
    for index, link in enumerate(placer.level.links):
        if index in routes:
            continue
        if shape.bottom and shape.bottom in link.ends:
            routes[index] = _to_bottom(link.ends, shape.bottom, boxes, room.radius)
        elif link.ends == (lowest, highest):
            source, target = (placement.centers[unit].across for unit in link.ends)
            corners = [
                Point(boxes[link.source].end, source),
                Point(end + room.below, source),
                Point(end + room.below, target),
                Point(boxes[link.target].end, target),
            ]
            routes[index] = Route.rounded(corners, room.radius)
    return routes


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
