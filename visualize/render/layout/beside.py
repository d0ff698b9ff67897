"""What stands beside boxes: notes at merges, and the names of stages with a bracket."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from visualize.quantities import count
from visualize.render.layout.columns import Column
from visualize.render.layout.geometry import Direction, Point, Rectangle
from visualize.render.layout.measure import LINE_HEIGHT, Measure
from visualize.render.layout.placed import Bracket, PlacedBox, PlacedText


def notes(boxes: Iterable[PlacedBox], measure: Measure) -> Iterable[PlacedText]:
    """What was fused into a merge, beside its circle."""
    for placed in boxes:
        text = measure.note(placed.box)
        if text:
            offset = placed.breadth / 2 + 4 + measure.label(text)[1] / 2
            yield PlacedText(text, placed.center.moved(0, -offset), measure.theme.detail_size)


def brackets_breadth(nodes: Collection[str], measure: Measure) -> float:
    """Room that the brackets beside ``nodes`` take."""
    groups = {group.id: group for group in measure.scene.groups}
    stages = Counter(measure.boxes[node].stage for node in nodes)
    breadths = [
        measure.label(text)[1]
        for stage, number in stages.items()
        if stage and number > 1
        for text in (groups[stage].label, f"{groups[stage].detail} of {groups[stage].detail}")
    ]
    return max(breadths) + 12 if breadths else 0.0


def brackets(boxes: Sequence[PlacedBox], column: Column, measure: Measure) -> Iterable[Bracket]:
    """One bracket for each stage of which at least two boxes are in ``column``."""
    groups = {group.id: group for group in measure.scene.groups}
    spans: dict[str, list[Rectangle]] = {}
    for placed in boxes:
        if placed.box.stage and placed.box.id in column.nodes:
            spans.setdefault(placed.box.stage, []).append(placed.rectangle)
    # All brackets stand on one line, so that they read as a column of their own.
    across = (column.low if column.side < 0 else column.high) + column.side * 8
    for stage, areas in spans.items():
        start, end = min(area.start for area in areas), max(area.end for area in areas)
        # A bracket claims all that stands beside it.
        others = [
            placed.rectangle
            for placed in boxes
            if placed.box.id in column.nodes
            and placed.box.stage != stage
            and placed.box.role != "merge"
        ]
        if any(start < area.end and area.start < end for area in others):
            continue
        if len(areas) > 1:
            lines = [groups[stage].label, _share(stage, column, measure)]
            middle = Point((start + end) / 2, across + column.side * 4)
            texts = tuple(_texts(lines, middle, column.side, measure))
            yield Bracket(stage, (Point(start, across), Point(end, across)), texts)


def _share(stage: str, column: Column, measure: Measure) -> str:
    """The parameters of a stage; of a stage that goes on in another column, the part here."""
    counts = {box.id: box.parameters for box in measure.scene.boxes if box.stage == stage}
    here = sum(number for node, number in counts.items() if node in column.nodes)
    total = count(sum(counts.values()))
    return total if counts.keys() <= column.nodes else f"{count(here)} of {total}"


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
