"""The names of stages beside a bracket.

    stage 1 │ ┌───────┐
       9.4K │ └───┬───┘
            │ ┌───▼───┐
            │ └───┬───┘
              ReLU▼
                 (+)

A bracket has the name of a stage and its parameters, a note what was fused into a merge.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from visualize.core.choices import Direction
from visualize.core.fonts import LINE_HEIGHT
from visualize.core.geometry import Point, Rectangle
from visualize.core.layout import Bracket, PlacedText
from visualize.core.quantities import amount, count
from visualize.layout.columns import Column
from visualize.layout.sizes import LevelSizes
from visualize.layout.units import BoxUnit, Unit


class Brackets:
    """Names the stages of the figure.

    Args:
        sizes: those of the units of the figure.
    """

    def __init__(self, sizes: LevelSizes) -> None:
        self.units = sizes
        self.sizes = sizes.common
        self.room = sizes.spacing.bracket
        self.groups = {group.id: group for group in self.sizes.scene.groups}
        self.parameters: dict[str, dict[str, int]] = {}
        for box in self.sizes.scene.boxes:
            self.parameters.setdefault(box.stage, {})[box.id] = box.parameters

    def breadth(self, units: Collection[Unit]) -> float:
        """Room that the brackets beside ``units`` take."""
        breadths = [
            self.sizes.label(text)[1]
            for stage, members in self._by_stage(units).items()
            if _is_named(members)
            for text in self._longest(stage)
        ]
        return max(breadths) + self.room.room if breadths else 0.0

    def _longest(self, stage: str) -> tuple[str, str]:
        group = self.groups[stage]
        return group.label, f"{group.detail} of {group.detail}"

    def beside(self, column: Column, areas: Mapping[Unit, Rectangle]) -> Iterator[Bracket]:
        """One bracket for each stage of which two boxes, or a frame, are in ``column``."""
        here = {unit: areas[unit] for unit in column.units}
        # All brackets are on one line, so that they read as a separate column.
        edge = column.low if column.side < 0 else column.high
        across = edge + column.side * self.room.line
        boxes = self.units.members(here)
        for stage, members in self._by_stage(here).items():
            start = min(here[unit].start for unit in members)
            end = max(here[unit].end for unit in members)
            # A bracket appears to cover everything beside it.
            others = [
                area
                for unit, area in here.items()
                if self.units.stage(unit) != stage and not self.units.is_merge(unit)
            ]
            if any(start < area.end and area.start < end for area in others):
                continue
            if _is_named(members):
                lines = [self.groups[stage].label, self._share(stage, boxes)]
                middle = Point((start + end) / 2, across + column.side * self.room.text)
                texts = tuple(self._texts(lines, middle, column.side))
                yield Bracket(stage, (Point(start, across), Point(end, across)), texts)

    def _by_stage(self, units: Iterable[Unit]) -> dict[str, list[Unit]]:
        stages: dict[str, list[Unit]] = {}
        for unit in units:
            if self.units.stage(unit):
                stages.setdefault(self.units.stage(unit), []).append(unit)
        return stages

    def _share(self, stage: str, boxes: Collection[str]) -> str:
        """The parameters of a stage; of a stage that goes on in another column, the part here."""
        counts = self.parameters[stage]
        here = [number for box, number in counts.items() if box in boxes]
        total = amount(sum(counts.values()))
        return total if len(here) == len(counts) else f"{count(sum(here))} of {total}"

    def _texts(self, lines: Sequence[str], beside: Point, side: int) -> Iterator[PlacedText]:
        direction = self.sizes.direction
        size = self.sizes.theme.detail_size
        height = size * LINE_HEIGHT
        for position, line in enumerate(lines):
            if direction.is_vertical:
                below = (position - (len(lines) - 1) / 2) * height
                along = -below if direction is Direction.BT else below
                center = beside.moved(along, side * self.sizes.label(line)[1] / 2)
            else:
                center = beside.moved(0, side * height * (position + 0.5))
            yield PlacedText(line, center, size)


def _is_named(members: Sequence[Unit]) -> bool:
    return len(members) > 1 or not isinstance(members[0], BoxUnit)
