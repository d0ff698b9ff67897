"""What stands beside boxes: notes at merges, and the names of stages with a bracket."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from visualize.core.choices import Direction
from visualize.core.fonts import LINE_HEIGHT
from visualize.core.geometry import Point, Rectangle
from visualize.core.layout import Bracket, PlacedBox, PlacedNote, PlacedText
from visualize.core.quantities import count
from visualize.layout.columns import Column
from visualize.layout.measure import Measure


def notes(boxes: Iterable[PlacedBox], measure: Measure) -> Iterable[PlacedNote]:
    """What was fused into a merge, beside its circle."""
    for placed in boxes:
        text = measure.note(placed.box)
        if text:
            offset = placed.breadth / 2 + 4 + measure.label(text)[1] / 2
            center = placed.center.moved(0, -offset)
            yield PlacedNote(text, center, measure.theme.detail_size, placed.box.id)


def brackets_breadth(units: Collection[str], measure: Measure) -> float:
    """Room that the brackets beside ``units`` take."""
    groups = {group.id: group for group in measure.scene.groups}
    breadths = [
        measure.label(text)[1]
        for stage, members in _by_stage(units, measure).items()
        if _is_named(members, measure)
        for text in (groups[stage].label, f"{groups[stage].detail} of {groups[stage].detail}")
    ]
    return max(breadths) + 12 if breadths else 0.0


def brackets(areas: Mapping[str, Rectangle], column: Column, measure: Measure) -> Iterable[Bracket]:
    """One bracket for each stage of which two boxes, or a frame, are in ``column``.

    Args:
        areas: the area of each unit.
        column: which of them to look at.
        measure: knows the sizes.
    """
    groups = {group.id: group for group in measure.scene.groups}
    here = {unit: area for unit, area in areas.items() if unit in column.nodes}
    # All brackets stand on one line, so that they read as a column of their own.
    across = (column.low if column.side < 0 else column.high) + column.side * 8
    for stage, members in _by_stage(here, measure).items():
        start = min(here[unit].start for unit in members)
        end = max(here[unit].end for unit in members)
        # A bracket claims all that stands beside it.
        others = [
            area
            for unit, area in here.items()
            if measure.stages[unit] != stage and not measure.is_merge(unit)
        ]
        if any(start < area.end and area.start < end for area in others):
            continue
        if _is_named(members, measure):
            lines = [groups[stage].label, _share(stage, column, measure)]
            middle = Point((start + end) / 2, across + column.side * 4)
            texts = tuple(_texts(lines, middle, column.side, measure))
            yield Bracket(stage, (Point(start, across), Point(end, across)), texts)


def _by_stage(units: Iterable[str], measure: Measure) -> dict[str, list[str]]:
    stages: dict[str, list[str]] = {}
    for unit in units:
        if measure.stages[unit]:
            stages.setdefault(measure.stages[unit], []).append(unit)
    return stages


def _is_named(members: Sequence[str], measure: Measure) -> bool:
    return len(members) > 1 or measure.is_pierced(members[0])


def _share(stage: str, column: Column, measure: Measure) -> str:
    """The parameters of a stage; of a stage that goes on in another column, the part here."""
    counts = {box.id: box.parameters for box in measure.scene.boxes if box.stage == stage}
    members = {box for unit in column.nodes for box in measure.members[unit]}
    here = sum(number for node, number in counts.items() if node in members)
    total = count(sum(counts.values()))
    return total if counts.keys() <= members else f"{count(here)} of {total}"


def _texts(
    lines: Sequence[str], beside: Point, side: int, measure: Measure
) -> Iterable[PlacedText]:
    size = measure.theme.detail_size
    height = size * LINE_HEIGHT
    for position, line in enumerate(lines):
        if measure.direction.is_vertical:
            below = (position - (len(lines) - 1) / 2) * height
            along = -below if measure.direction is Direction.BT else below
            center = beside.moved(along, side * measure.label(line)[1] / 2)
        else:
            center = beside.moved(0, side * height * (position + 0.5))
        yield PlacedText(line, center, size)
