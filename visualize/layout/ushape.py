"""U-shaped networks: encoder and decoder face to face, their skips straight across."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from visualize.core.geometry import Point, Rectangle
from visualize.core.route import Route
from visualize.layout.columns import Column
from visualize.layout.flow import Part, Series
from visualize.layout.frames import Level
from visualize.layout.measure import Spacing
from visualize.layout.place import Placement, Placer

_INNER = 34.0
_BELOW = 16.0


@dataclass(frozen=True, slots=True)
class UShape:
    """A flow that goes down and comes up again.

    Attributes:
        left: the parts on the way down, in the order of the flow.
        bottom: the part in the middle below, if their number is odd.
        right: the parts on the way up, in the order of the flow.
        rows: fork and merge of each skip, and its arrow's index; outermost first.
    """

    left: tuple[Part, ...]
    bottom: str | None
    right: tuple[Part, ...]
    rows: tuple[tuple[str, str, int], ...]


def find_u(part: Part, level: Level) -> UShape | None:
    """The U-shape of a flow, if it has one.

    It needs two or more nested long skips between boxes of the spine, and nothing else that
    leads from one side to the other.
    """
    if not isinstance(part, Series):
        return None
    place = {node: index for index, node in enumerate(part.parts) if isinstance(node, str)}
    rows = [
        (link.source, link.target, index)
        for index, link in enumerate(level.links)
        if link.arc and link.arrow.long and link.source in place and link.target in place
    ]
    rows.sort(key=lambda row: place[row[0]])
    if len(rows) < 2 or not _is_nested([(place[fork], place[merge]) for fork, merge, _ in rows]):
        return None
    last, first = place[rows[-1][0]], place[rows[-1][1]]
    left, middle, right = part.parts[: last + 1], part.parts[last + 1 : first], part.parts[first:]
    half, odd = divmod(len(middle), 2)
    bottom = middle[half] if odd else None
    if not middle or not (bottom is None or isinstance(bottom, str)):
        return None
    shape = UShape(left + middle[:half], bottom, middle[len(middle) - half :] + right, tuple(rows))
    return shape if _is_only_way(shape, level) else None


def place_u(shape: UShape, placer: Placer) -> tuple[Placement, list[Column], dict[int, Route]]:
    """Place both sides; return the paths of the arrows that lead across as well."""
    down, up = shape.left, shape.right[::-1]
    gaps_down = placer.gaps(down)
    gaps_up = placer.gaps(shape.right)[::-1]
    forks = [down.index(fork) for fork, _, _ in shape.rows]
    merges = [up.index(merge) for _, merge, _ in shape.rows]
    _align(placer, down, gaps_down, forks, up, gaps_up, merges)
    left = placer.place_series(down, gaps_down, side=-1)
    right = _mirrored(placer.place_series(shape.right, gaps_up[::-1], side=1))
    fork, merge, _ = shape.rows[0]
    shift = left.centers[fork].along - right.centers[merge].along
    across = left.high - right.low + _breadth(shape, placer)
    whole = Placement()
    whole.take(left, max(0.0, -shift), 0)
    whole.take(right, max(0.0, shift), across)
    columns = [
        Column(frozenset(left.centers), left.low, left.high),
        Column(frozenset(right.centers), right.low + across, right.high + across, side=1),
    ]
    end = max(area.end for area in whole.areas)
    if shape.bottom:
        length = placer.measure.length(shape.bottom)
        center = Point(end + _BELOW + length / 2, across / 2)
        whole.centers[shape.bottom] = center
        whole.areas.append(placer.measure.covered(shape.bottom, center))
        columns.append(Column(frozenset([shape.bottom]), center.across, center.across))
    whole.length = max(area.end for area in whole.areas)
    return whole, columns, _ways_across(shape, whole, placer, end)


def _is_nested(spans: Sequence[tuple[int, int]]) -> bool:
    """Whether each span lies inside the one before."""
    return all(a < c and d < b for (a, b), (c, d) in itertools.pairwise(spans))


def _is_only_way(shape: UShape, level: Level) -> bool:
    """Whether skips and bottom alone connect the sides."""
    left, right = _nodes(shape.left), _nodes(shape.right)
    across = [
        index
        for index, link in enumerate(level.links)
        if link.source in left and link.target in right
    ]
    allowed = len(shape.rows) + (shape.bottom is None)
    return len(across) == allowed


def _nodes(parts: Sequence[Part]) -> set[str]:
    nodes: set[str] = set()
    for part in parts:
        if isinstance(part, str):
            nodes.add(part)
        else:
            nodes |= set(part.nodes) if hasattr(part, "nodes") else _nodes(part.parts)
    return nodes


def _align(
    placer: Placer,
    down: Sequence[Part],
    gaps_down: list[float],
    forks: Sequence[int],
    up: Sequence[Part],
    gaps_up: list[float],
    merges: Sequence[int],
) -> None:
    """Widen gaps until forks and merges stand in rows."""
    lengths_down = [placer.place(part).length for part in down]
    lengths_up = [placer.place(part).length for part in up]
    for row in range(len(forks) - 1):
        here = _distance(lengths_down, gaps_down, forks[row], forks[row + 1])
        there = _distance(lengths_up, gaps_up, merges[row], merges[row + 1])
        _widen(gaps_down, forks[row], forks[row + 1], max(0.0, there - here))
        _widen(gaps_up, merges[row], merges[row + 1], max(0.0, here - there))


def _distance(lengths: Sequence[float], gaps: Sequence[float], first: int, last: int) -> float:
    between = sum(lengths[first + 1 : last]) + sum(gaps[first:last])
    return between + (lengths[first] + lengths[last]) / 2


def _widen(gaps: list[float], first: int, last: int, extra: float) -> None:
    for index in range(first, last):
        gaps[index] += extra / (last - first)


def _mirrored(placement: Placement) -> Placement:
    """The same against the flow: its end first."""
    length = placement.length
    return Placement(
        {node: Point(length - at.along, at.across) for node, at in placement.centers.items()},
        {
            index: replace(
                arc,
                start=Point(length - arc.start.along, arc.start.across),
                end=Point(length - arc.end.along, arc.end.across),
            )
            for index, arc in placement.arcs.items()
        },
        [
            Rectangle(length - area.end, length - area.start, area.low, area.high)
            for area in placement.areas
        ],
        length,
    )


def _breadth(shape: UShape, placer: Placer) -> float:
    """Room between the sides: for the labels of the skips and for the bottom."""
    measure = placer.measure
    inner = _INNER * measure.spacing.fan / Spacing().fan
    sizes = [measure.label(placer.level.links[index].label) for _, _, index in shape.rows]
    lengths, labels = [length for length, _ in sizes], [breadth for _, breadth in sizes]
    across = max(labels if not measure.direction.is_vertical else [0.0])
    beside = max(lengths + labels) + inner if measure.direction.is_vertical else inner + across
    return max(beside, 2.2 * inner)


def _ways_across(
    shape: UShape, placement: Placement, placer: Placer, end: float
) -> dict[int, Route]:
    boxes = {node: placer.measure.rectangle(node, at) for node, at in placement.centers.items()}
    paths: dict[int, Route] = {}
    for fork, merge, index in shape.rows:
        along = placement.centers[fork].along
        start, stop = Point(along, boxes[fork].high), Point(along, boxes[merge].low)
        paths[index] = Route.straight(start, stop)
    lowest = {
        side: placement.centers[node]
        for side, node in (("left", shape.left[-1]), ("right", shape.right[0]))
        if isinstance(node, str)
    }
    for index, link in enumerate(placer.level.links):
        ends = (link.source, link.target)
        if index in paths:
            continue
        if shape.bottom in ends:
            paths[index] = _to_bottom(ends, shape.bottom or "", boxes)
        elif ends == (shape.left[-1], shape.right[0]) and len(lowest) == 2:
            source, target = boxes[ends[0]], boxes[ends[1]]
            corners = [
                Point(source.end, lowest["left"].across),
                Point(end + _BELOW, lowest["left"].across),
                Point(end + _BELOW, lowest["right"].across),
                Point(target.end, lowest["right"].across),
            ]
            paths[index] = Route.rounded(corners, 10)
    return paths


def _to_bottom(ends: tuple[str, str], bottom: str, boxes: dict[str, Rectangle]) -> Route:
    """A rounded way from the left side to the bottom, or from the bottom to the right side."""
    source, target = boxes[ends[0]], boxes[ends[1]]
    level = (boxes[bottom].start + boxes[bottom].end) / 2
    if ends[1] == bottom:
        axis = (source.low + source.high) / 2
        corners = [Point(source.end, axis), Point(level, axis), Point(level, target.low)]
    else:
        axis = (target.low + target.high) / 2
        corners = [Point(level, source.high), Point(level, axis), Point(target.end, axis)]
    return Route.rounded(corners, 10)
