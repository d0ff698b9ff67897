"""Place a U: both sides face to face, the bottom below them, and above them what feeds both."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from visualize.core.geometry import Point, Transform
from visualize.core.route import Route
from visualize.layout.columns import Column
from visualize.layout.densities import ROOMY
from visualize.layout.order import Part
from visualize.layout.place import Placement, Placer
from visualize.layout.u_shape.routes import Paths
from visualize.layout.u_shape.shape import UShape
from visualize.layout.units import Unit


@dataclass(frozen=True, slots=True)
class PlacedU:
    """A U in its place.

    Attributes:
        placement: where its units are.
        columns: left side, right side and bottom.
        routes: those of the links between the sides, by index.
        backwards: the units between which the flow goes back.
        trunks: the lines from feeds to both sides.
        followed: which of them a link follows before its route, by the index of the link.
    """

    placement: Placement
    columns: tuple[Column, ...]
    routes: Mapping[int, Route]
    backwards: frozenset[Unit]
    trunks: tuple[Route, ...]
    followed: Mapping[int, int]


def place_u(shape: UShape, placer: Placer) -> PlacedU:
    """Place both sides face to face, and the bottom below them."""
    gaps_down, gaps_up = _aligned_gaps(shape, placer)
    left = placer.place_series(shape.left, gaps_down, side=-1)
    right = placer.place_series(shape.right, gaps_up, side=1)
    right = right.transformed(Transform(right.length, mirrored=True))
    outermost = shape.level_rows[0]
    shift = left.centers[outermost.fork].along - right.centers[outermost.merge].along
    across = left.high - right.low + _breadth(shape, placer)
    whole = Placement()
    above = _place_feeds(shape, placer, whole, (left.high + right.low + across) / 2)
    whole.add(left, above + max(0.0, -shift), 0)
    whole.add(right, above + max(0.0, shift), across)
    _place_laterals(shape, placer, whole, right.low + across)
    columns = [
        Column(tuple(left.centers), left.low, left.high),
        Column(tuple(right.centers), right.low + across, right.high + across, side=1),
    ]
    if shape.bottom:
        end = max(area.end for area in whole.areas)
        length = placer.sizes.length(shape.bottom)
        center = Point(end + placer.spacing.u.below + length / 2, across / 2)
        whole.centers[shape.bottom] = center
        whole.areas.append(placer.sizes.covered(shape.bottom, center))
        columns.append(Column((shape.bottom,), center.across, center.across))
    whole.length = max(area.end for area in whole.areas)
    paths = Paths(shape, placer, whole, above, columns)
    routes = paths.links()
    trunks, followed = paths.trunks(routes)
    columns[:2] = _beyond(columns[:2], trunks)
    backwards = frozenset(right.centers)
    return PlacedU(whole, tuple(columns), routes, backwards, trunks, followed)


def _beyond(columns: Sequence[Column], trunks: Sequence[Route]) -> Iterator[Column]:
    """Both sides with the lines beside them: what names their stages is beyond these."""
    lines = [trunk.bounds() for trunk in trunks]
    left, right = columns
    yield replace(left, low=min([left.low, *(line.low for line in lines)]))
    yield replace(right, high=max([right.high, *(line.high for line in lines)]))


def _place_feeds(shape: UShape, placer: Placer, whole: Placement, middle: float) -> float:
    """Place the feeds side by side above all else; return where their lines end."""
    if not shape.feeds:
        return 0.0
    room = placer.spacing.u
    placed = [placer.place(feed.part) for feed in shape.feeds]
    length = max(one.length for one in placed)
    beside = placer.spacing.beside
    across = middle - (sum(one.high - one.low + beside for one in placed) - beside) / 2
    for one in placed:
        whole.add(one, length - one.length, across - one.low)
        across += one.high - one.low + beside
    labels = [placer.sizes.shapes.get(feed.source, "") for feed in shape.feeds]
    label = max(placer.sizes.label(text)[0] for text in labels)
    return length + label + len(shape.feeds) * room.lane + room.below


def _place_laterals(shape: UShape, placer: Placer, whole: Placement, edge: float) -> None:
    """Place what works on a skip beside its merge, before the ``edge`` of the right side."""
    for row in shape.rows:
        across = edge
        along = whole.centers[row.merge].along
        for unit in reversed(row.laterals):
            area = placer.sizes.covered(unit, Point(0, 0))
            across -= placer.spacing.u.between + area.high
            center = Point(along, across)
            whole.centers[unit] = center
            whole.areas.append(placer.sizes.covered(unit, center))
            across += area.low


def _aligned_gaps(shape: UShape, placer: Placer) -> tuple[list[float], list[float]]:
    """The gaps of both sides, in the order of the flow, with forks and merges in rows."""
    down, up = shape.left, shape.right[::-1]
    gaps_down, gaps_up = _fed_gaps(down, shape, placer), _fed_gaps(shape.right, shape, placer)[::-1]
    lengths_down = [placer.place(part).length for part in down]
    lengths_up = [placer.place(part).length for part in up]
    _part_laterals(shape, placer, up, lengths_up, gaps_up)
    rows = shape.level_rows
    forks = [down.index(row.fork) for row in rows]
    merges = [up.index(row.merge) for row in rows]
    for row in range(len(forks) - 1):
        here = _distance(lengths_down, gaps_down, forks[row], forks[row + 1])
        there = _distance(lengths_up, gaps_up, merges[row], merges[row + 1])
        _widen(gaps_down, forks[row], forks[row + 1], max(0.0, there - here))
        _widen(gaps_up, merges[row], merges[row + 1], max(0.0, here - there))
    return gaps_down, gaps_up[::-1]


def _fed_gaps(parts: Sequence[Part], shape: UShape, placer: Placer) -> list[float]:
    """The gaps between the parts of one side, with room for the lines of feeds before each."""
    room = placer.spacing.u
    links = placer.level.links
    fed = [{links[number].target for number in feed.links} for feed in shape.feeds]
    gaps = placer.gaps(parts)
    for place, part in enumerate(parts[1:]):
        lines = sum(part in targets for targets in fed)
        if lines:
            gaps[place] = max(gaps[place], room.approach + lines * room.lane)
    return gaps


def _part_laterals(
    shape: UShape,
    placer: Placer,
    up: Sequence[Part],
    lengths: Sequence[float],
    gaps: list[float],
) -> None:
    """Widen the gaps of the right side so that the boxes on skips are clear of each other."""
    half = {
        up.index(row.merge): max(map(placer.sizes.length, row.laterals)) / 2
        for row in shape.rows
        if row.laterals
    }
    for one, other in itertools.pairwise(sorted(half)):
        least = half[one] + half[other] + placer.spacing.gap
        _widen(gaps, one, other, max(0.0, least - _distance(lengths, gaps, one, other)))


def _distance(lengths: Sequence[float], gaps: Sequence[float], first: int, last: int) -> float:
    between = sum(lengths[first + 1 : last]) + sum(gaps[first:last])
    return between + (lengths[first] + lengths[last]) / 2


def _widen(gaps: list[float], first: int, last: int, extra: float) -> None:
    for index in range(first, last):
        gaps[index] += extra / (last - first)


def _breadth(shape: UShape, placer: Placer) -> float:
    """Room between the sides: for the labels of the skips, the boxes on them and the bottom."""
    room = placer.spacing.u
    inner = room.inner * placer.spacing.fan / ROOMY.fan
    is_vertical = placer.sizes.direction.is_vertical
    lanes = room.lane * sum(not row.is_level for row in shape.rows)
    needs = [room.least * inner]
    for row in shape.rows:
        labels = [placer.level.links[number].label for number in row.links]
        sizes = [placer.sizes.label(label.text) for label in labels if label]
        text = max((max(size) if is_vertical else size[1] for size in sizes), default=0.0)
        if row.laterals:
            areas = [placer.sizes.covered(unit, Point(0, 0)) for unit in row.laterals]
            beside = sum(area.high - area.low + room.between for area in areas)
            needs.append(beside + room.between + lanes)
        else:
            needs.append(text + inner + (lanes if is_vertical else 0.0))
    return max(needs)
