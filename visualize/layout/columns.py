"""Columns: a flow too long for the page continues in another column beside it.

    ┌───┐   ╭───╮
    │ a │   │ ┌─┴─┐
    └─┬─┘   │ │ c │
    ┌─▼─┐   │ └─┬─┘
    │ b │   │ ┌─▼─┐
    └─┬─┘   │ │ d │
      ╰─────╯ └───┘

A column ends where one tensor crosses, best between two stages. A line leads from its end to the
junction above the next column.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from visualize.core.geometry import Point, Rectangle, Transform, transformed
from visualize.core.route import Route
from visualize.layout.cuts import Cut, choose_cuts, find_cuts
from visualize.layout.place import Placement
from visualize.layout.sizes import LevelSizes
from visualize.layout.units import Unit


@dataclass(frozen=True, slots=True)
class Column:
    """Units in one column.

    Attributes:
        units: the units in it.
        low: the lesser bound across the flow.
        high: the greater one.
        side: on which side of the column its stages are named, -1 or 1.
        source: the unit of the column before from which its tensor comes.
        junction: where that tensor parts to the units of this column.
        gutter: where the line to the next column runs.
    """

    units: tuple[Unit, ...]
    low: float
    high: float
    side: int = -1
    source: Unit | None = None
    junction: Point | None = None
    gutter: float = 0.0


def single_column(placement: Placement) -> list[Column]:
    """All of ``placement`` as one column."""
    return [Column(tuple(placement.centers), placement.low, placement.high)]


def wrap(
    placement: Placement,
    sizes: LevelSizes,
    limit: float,
    names_breadth: Callable[[Collection[Unit]], float],
) -> tuple[Placement, list[Column]]:
    """Move what is longer than ``limit`` to columns side by side.

    Args:
        placement: the flow in one column.
        sizes: those of the units and the links between them.
        limit: the longest a column may be.
        names_breadth: the room that the stages' names beside some units take.
    """
    boxes = sizes.rectangles(placement.centers)
    cuts = choose_cuts(
        find_cuts(boxes, [link.ends for link in sizes.level.links]),
        placement.length,
        limit,
        lambda cut: _preference(cut, sizes),
    )
    if not cuts:
        return placement, single_column(placement)
    places = [cut.along for cut in cuts]
    homes = {unit: bisect.bisect(places, area.start) for unit, area in boxes.items()}
    held: list[list[Unit]] = [[] for _ in range(len(cuts) + 1)]
    for unit, home in homes.items():
        held[home].append(unit)
    covered = _covered(placement, homes, held, sizes)
    columns: list[Column] = []
    moves: list[Transform] = []
    for cut, units, areas in zip([None, *cuts], held, covered):
        before = columns[-1] if columns else None
        column, move = _column(units, areas, before, sizes, names_breadth(units))
        if cut:
            axis = placement.centers[cut.before].across + move.across
            column, move = _below_junction(column, move, cut, axis, sizes)
        columns.append(column)
        top = min(boxes[unit].start for unit in units)
        moves.append(replace(move, along=move.along - top))
    whole = _moved(placement, homes, columns, moves)
    for areas, move in zip(covered, moves):
        whole.areas += transformed(areas, move)
    return whole, columns


def turns(columns: Sequence[Column], placement: Placement, sizes: LevelSizes) -> Iterable[Route]:
    """The lines that lead from the end of each column to the beginning of the next."""
    room = sizes.spacing.column
    for column, following in itertools.pairwise(columns):
        if following.source is None or following.junction is None:
            continue
        center = placement.centers[following.source]
        source, end = sizes.rectangle(following.source, center), following.junction
        below, above = source.end + room.out, end.along - room.over
        corners = [
            Point(source.end, center.across),
            Point(below, center.across),
            Point(below, column.gutter),
            Point(above, column.gutter),
            Point(above, end.across),
            end,
        ]
        yield Route.rounded(corners, room.radius)


def _covered(
    placement: Placement,
    homes: Mapping[Unit, int],
    held: Sequence[Sequence[Unit]],
    sizes: LevelSizes,
) -> list[list[Rectangle]]:
    """What the units of each column, the notes beside them and the arcs that end there cover."""
    covered = [[sizes.covered(unit, placement.centers[unit]) for unit in units] for units in held]
    for arc in placement.arcs.values():
        covered[homes[arc.target]] += arc.areas(sizes.spacing.arc)
    return covered


def _moved(
    placement: Placement,
    homes: Mapping[Unit, int],
    columns: Sequence[Column],
    moves: Sequence[Transform],
) -> Placement:
    """The units and arcs of ``placement``, each moved as its column is."""
    whole = Placement(length=placement.length, in_line=placement.in_line)
    for unit, center in placement.centers.items():
        whole.centers[unit] = moves[homes[unit]].of(center)
    for index, arc in placement.arcs.items():
        home = homes[arc.target]
        moved = arc.transformed(moves[home])
        # A tensor that comes over the gutter: the arc leaves its line above the column.
        junction = columns[home].junction if homes[arc.source] != home else None
        whole.arcs[index] = replace(moved, start=junction) if junction else moved
    return whole


def _column(
    units: Sequence[Unit],
    areas: Sequence[Rectangle],
    before: Column | None,
    sizes: LevelSizes,
    names: float,
) -> tuple[Column, Transform]:
    """A column beside the one ``before``, and how its units move there across the flow.

    Columns follow each other to the right, rows of a flow to the right follow downwards.
    """
    gutter = sizes.spacing.column.gutter
    vertical = sizes.direction.is_vertical
    low, high = min(area.low for area in areas), max(area.high for area in areas)
    across = 0.0
    if before:
        across = before.gutter + gutter + names - low if vertical else before.gutter - gutter - high
    low, high = low + across, high + across
    line = high + gutter if vertical else low - names - gutter
    return Column(tuple(units), low, high, gutter=line), Transform(0.0, across)


def _below_junction(
    column: Column, move: Transform, cut: Cut, axis: float, sizes: LevelSizes
) -> tuple[Column, Transform]:
    """The same column with room above it for the ``axis`` on which its tensor comes."""
    room = sizes.spacing.column
    shape = sizes.shapes.get(cut.before)
    branch = max(room.branch, sizes.label(shape)[0] + room.label if shape else 0.0)
    column = replace(column, source=cut.before, junction=Point(room.turn, axis))
    return column, replace(move, along=room.turn + branch)


def _preference(cut: Cut, sizes: LevelSizes) -> float:
    """How well a column ends between two units: best between stages, then between blocks."""
    if sizes.stage(cut.before) != sizes.stage(cut.after):
        return 1.0
    return 0.6 if sizes.group(cut.before) != sizes.group(cut.after) else 0.0
