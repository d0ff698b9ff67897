"""Drawings: boxes, links and frames in their places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from visualize.core.geometry import Transform, transformed
from visualize.core.layout import PlacedBox, PlacedFrame
from visualize.layout.links import Leg
from visualize.layout.place import Placement
from visualize.layout.sizes import Extent, LevelSizes
from visualize.layout.units import BoxUnit, FrameUnit, Unit


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes, links and frames in the coordinates of one level; outer frames come first."""

    boxes: tuple[PlacedBox, ...] = ()
    legs: tuple[Leg, ...] = ()
    frames: tuple[PlacedFrame, ...] = ()

    def transformed(self, transform: Transform) -> Drawing:
        """This drawing, transformed."""
        return Drawing(
            transformed(self.boxes, transform),
            transformed(self.legs, transform),
            transformed(self.frames, transform),
        )


@dataclass(frozen=True, slots=True)
class Inside:
    """A frame with all that is in it.

    Attributes:
        drawing: it begins where the axis enters, at the origin.
        extent: the frame as the level around it sees it.
        in_line: whether boxes in it are aligned where that costs room, see `Spacing.lanes`.
    """

    drawing: Drawing
    extent: Extent
    in_line: bool = False


def assemble(
    placement: Placement,
    sizes: LevelSizes,
    insides: Mapping[FrameUnit, Inside],
    backwards: frozenset[Unit] = frozenset(),
) -> Drawing:
    """The boxes of a level and all that is in its frames, where the flow may go ``backwards``."""
    boxes: list[PlacedBox] = []
    legs: list[Leg] = []
    frames: list[PlacedFrame] = []
    for unit, center in placement.centers.items():
        if isinstance(unit, BoxUnit):
            area = sizes.extents[unit].area
            length, breadth = area.end - area.start, area.high - area.low
            box, lines = sizes.common.boxes[unit.box], sizes.common.lines[unit.box]
            boxes.append(PlacedBox(box, center, length, breadth, lines))
        elif isinstance(unit, FrameUnit):
            length = sizes.length(unit)
            inside = insides[unit].drawing
            if unit in backwards:
                inside = inside.transformed(Transform(length, mirrored=True))
            inside = inside.transformed(Transform(center.along - length / 2, center.across))
            boxes += inside.boxes
            legs += inside.legs
            frames += inside.frames
    return Drawing(tuple(boxes), tuple(legs), tuple(frames))
