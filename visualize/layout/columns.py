"""Columns: a flow too long for the page goes on beside itself."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from visualize.core.geometry import Point, Rectangle
from visualize.core.route import Route
from visualize.layout.cuts import Cut, choose_cuts, find_cuts
from visualize.layout.frames import Level
from visualize.layout.measure import Measure
from visualize.layout.place import Placement

_GUTTER = 10.0
_TURN = 12.0
_BRANCH = 18.0


@dataclass
class Column:
    """Boxes that stand in one column.

    Attributes:
        nodes: the boxes.
        low: the lesser bound across the flow.
        high: the greater one.
        side: on which side of the column its stages are named, -1 or 1.
        source: box of the column before from which its tensor comes, None for the first.
        junction: where that tensor parts to the boxes of this column.
        gutter: where the line to the next column runs.
    """

    nodes: frozenset[str]
    low: float
    high: float
    side: int = -1
    source: str | None = None
    junction: Point = field(default=Point(0, 0))
    gutter: float = 0.0


def single_column(placement: Placement) -> list[Column]:
    """All of ``placement`` as one column."""
    return [Column(frozenset(placement.centers), placement.low, placement.high)]


def wrap(
    placement: Placement,
    measure: Measure,
    level: Level,
    limit: float,
    names_breadth: Callable[[Collection[str]], float],
) -> list[Column]:
    """Move what is longer than ``limit`` to columns side by side.

    Args:
        placement: changed in place.
        measure: knows the sizes.
        level: knows the links.
        limit: the longest a column may be.
        names_breadth: the room that the stages' names beside some boxes take.
    """
    boxes = {node: measure.rectangle(node, at) for node, at in placement.centers.items()}
    axes = {node: center.across for node, center in placement.centers.items()}
    ends = [(link.source, link.target) for link in level.links]
    cuts = choose_cuts(
        find_cuts(boxes, ends),
        placement.length,
        limit,
        lambda cut: _preference(cut, measure),
    )
    if not cuts:
        return single_column(placement)
    edges = [float("-inf"), *(cut.along for cut in cuts), float("inf")]
    columns: list[Column] = []
    for cut, start, end in zip([None, *cuts], edges, edges[1:]):
        nodes = frozenset(node for node, area in boxes.items() if start < area.start < end)
        covered = _covered(nodes, placement, measure)
        low, high = min(area.low for area in covered), max(area.high for area in covered)
        names = names_breadth(nodes)
        top = min(boxes[node].start for node in nodes)
        across = _beside(columns[-1], low, high, names, measure) if columns else 0.0
        column = Column(nodes, low + across, high + across)
        if measure.direction.is_vertical:
            column.gutter = column.high + _GUTTER
        else:
            column.gutter = column.low - names - _GUTTER
        if cut:
            column.source = cut.before
            middle = axes[cut.before]
            told = level.told.get(cut.before)
            room = max(_BRANCH, measure.label(told)[0] + 14 if told else 0.0)
            column.junction = Point(_TURN, middle + across)
            _move(placement, column, _TURN + room - top, across)
        else:
            _move(placement, column, -top, across)
        columns.append(column)
    return columns


def _preference(cut: Cut, measure: Measure) -> float:
    """How well a column ends between two units: best between stages, then between blocks."""
    if measure.stages[cut.before] != measure.stages[cut.after]:
        return 1.0
    return 0.6 if measure.groups[cut.before] != measure.groups[cut.after] else 0.0


def _beside(column: Column, low: float, high: float, names: float, measure: Measure) -> float:
    """How far what reaches from ``low`` to ``high`` must move to stand beside ``column``.

    Columns follow each other to the right, rows of a flow to the right follow downwards.
    """
    if measure.direction.is_vertical:
        return column.gutter + _GUTTER + names - low
    return column.gutter - _GUTTER - high


def turns(columns: Sequence[Column], placement: Placement, measure: Measure) -> Iterable[Route]:
    """The lines that lead from the end of each column to the beginning of the next."""
    for column, following in itertools.pairwise(columns):
        if following.source is None:
            continue
        center = placement.centers[following.source]
        source, end = measure.rectangle(following.source, center), following.junction
        middle, gutter = center.across, column.gutter
        corners = [
            Point(source.end, middle),
            Point(source.end + 9, middle),
            Point(source.end + 9, gutter),
            Point(end.along - 8, gutter),
            Point(end.along - 8, end.across),
            end,
        ]
        yield Route.rounded(corners, 6)


def _covered(nodes: Collection[str], placement: Placement, measure: Measure) -> list[Rectangle]:
    """What ``nodes``, the notes beside them and the arcs that end there cover."""
    areas = [measure.covered(node, placement.centers[node]) for node in nodes]
    for arc in placement.arcs.values():
        if arc.target in nodes:
            areas += arc.areas()
    return areas


def _move(placement: Placement, column: Column, along: float, across: float) -> None:
    for node in column.nodes:
        placement.centers[node] = placement.centers[node].moved(along, across)
    for index, arc in placement.arcs.items():
        if arc.target in column.nodes:
            moved = arc.moved(along, across)
            # A tensor that comes over the gutter: the arc leaves its line above the column.
            inside = arc.source in column.nodes
            placement.arcs[index] = moved if inside else replace(moved, start=column.junction)
