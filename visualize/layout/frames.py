"""Frames: a repeated part, laid out on its own and then one unit of the level around it.

    ╭──────────────────╮
    │ 3 × Block    │   │
    │ 64×56×56     │   │
    │          ┌───▼─┐ │
    │          │     │ │
    │          └───┬─┘ │
    ╰──────────────┼───╯

The title is in the corner, beside the axis. The border is as near to the boxes and arcs inside as
`FrameSpacing` has it.
"""

from __future__ import annotations

from collections.abc import Mapping

from visualize.core.choices import Direction
from visualize.core.fonts import LINE_HEIGHT
from visualize.core.geometry import Point, Rectangle, Transform, sample, without_head
from visualize.core.layout import PlacedFrame, PlacedText
from visualize.core.scene import SceneGroup
from visualize.layout.drawing import Drawing, Inside, assemble
from visualize.layout.levels import Level
from visualize.layout.links import Leg
from visualize.layout.place import Placement, Placer
from visualize.layout.routes.draw import LinkDrawer
from visualize.layout.sizes import Extent, LevelSizes, Sizes
from visualize.layout.units import FrameUnit


def lay_out_frame(
    level: Level, group: SceneGroup, sizes: Sizes, insides: Mapping[FrameUnit, Inside]
) -> Inside:
    """Lay out the inside of a frame, whose own frames are ``insides``."""
    frame = sizes.spacing.frame
    extents = {unit: inside.extent for unit, inside in insides.items()}
    title = _Title(group, sizes)
    for more in (0.0, frame.fan):
        room = max(frame.entry, title.room + more)
        units = LevelSizes(sizes, level, extents, room, frame.exit)
        placement, length = _place(units, title.length)
        titles = title.areas(placement, length)
        late = level.entry if more else None
        legs = LinkDrawer(units, placement, titles=titles, late=late).draw_all({})
        if not _cover(legs, titles):
            break
    areas = [*placement.areas, *(leg.route.bounds() for leg in legs)]
    areas += [
        Rectangle.around(leg.label.center, *sizes.label(leg.label.text))
        for leg in legs
        if leg.label
    ]
    low = min(min(area.low for area in areas) - frame.padding, -title.low)
    high = max(area.high for area in areas) + frame.padding + title.high
    border = Rectangle(0, length, low, high)
    members = units.members(unit for unit in level.units if unit not in (level.entry, level.exit))
    around_middle = border.transformed(Transform(-length / 2))
    extent = Extent(around_middle, frozenset(members), group.stage, group.id)
    inner = assemble(placement, units, insides)
    placed = PlacedFrame(group, border, tuple(title.texts(border)))
    drawing = Drawing(inner.boxes, (*inner.legs, *legs), (placed, *inner.frames))
    in_line = placement.in_line or any(
        insides[unit].in_line for unit in level.units if isinstance(unit, FrameUnit)
    )
    return Inside(drawing, extent, in_line)


def _cover(legs: list[Leg], titles: list[Rectangle]) -> bool:
    """Whether any of ``legs`` except arcs runs over a title."""
    drawn = [without_head(leg.route.curves()) for leg in legs if not leg.link.arrow.arc]
    return any(area.holds(point) for path in drawn for point in sample(path) for area in titles)


def _place(sizes: LevelSizes, least: float) -> tuple[Placement, float]:
    """The units of a frame in their places, and its length, at least ``least``."""
    level = sizes.level
    placer = Placer(sizes)
    inside = placer.place(level.part)
    # Where nothing flows in or out, the border keeps the same distance.
    start = 0.0 if level.entry in sizes.extents else sizes.entry_room
    end = 0.0 if level.exit in sizes.extents else sizes.exit_room
    placement = Placement()
    placement.add(inside, start, 0)
    length = max(start + inside.length + end, least)
    if level.exit in placement.centers:
        placement.centers[level.exit] = Point(length, 0)
    return placement, length


class _Title:
    """The text in the corner of a frame, and the room that it needs there.

    Attributes:
        room: how far the first box is from the border.
        length: the least length of the frame.
        low: how far the frame must reach from the axis to its lesser side.
        high: by how much the other side must be broader.
    """

    def __init__(self, group: SceneGroup, sizes: Sizes) -> None:
        theme = sizes.theme
        self.sizes = sizes
        self.spacing = sizes.spacing.frame
        self.lines = [(group.label, theme.size), (group.detail, theme.detail_size)]
        self.lines = [(text, size) for text, size in self.lines if text]
        measured = [sizes.text(text, size) for text, size in self.lines]
        height = sum(size * LINE_HEIGHT for _, size in self.lines)
        corner = self.spacing.corner
        if sizes.direction.is_vertical:
            broadest = max((breadth for _, breadth in measured), default=0.0)
            self.room, self.length = height + 2 * corner, 0.0
            self.low, self.high = broadest + 2 * corner + self.spacing.indent, 0.0
        else:
            self.room = 0.0
            self.length = sum(length for length, _ in measured) + 4 * corner
            self.low, self.high = 0.0, height

    def areas(self, placement: Placement, length: float) -> list[Rectangle]:
        """Where the lines are at the most, before the arrows of the frame are drawn."""
        if not self.sizes.direction.is_vertical:
            return []
        low = min([area.low for area in placement.areas], default=0.0) - self.spacing.padding
        border = Rectangle(0, length, min(low, -self.low), 0)
        return [
            Rectangle.around(text.center, *self.sizes.text(text.text, text.size)).grown(
                self.spacing.title
            )
            for text in self.texts(border)
        ]

    def texts(self, border: Rectangle) -> list[PlacedText]:
        """The lines in their places in the corner of ``border``."""
        corner, indent = self.spacing.corner, self.spacing.corner + self.spacing.indent
        placed = []
        upwards = self.sizes.direction is Direction.BT
        if self.sizes.direction.is_vertical:
            along = border.start + corner
            for text, size in self.lines[::-1] if upwards else self.lines:
                length, breadth = self.sizes.text(text, size)
                center = Point(along + length / 2, border.low + indent + breadth / 2)
                placed.append(PlacedText(text, center, size))
                along += length
            return placed[::-1] if upwards else placed
        across = border.high - corner
        for text, size in self.lines:
            length, breadth = self.sizes.text(text, size)
            center = Point(border.start + indent + length / 2, across - breadth / 2)
            placed.append(PlacedText(text, center, size))
            across -= breadth
        return placed
