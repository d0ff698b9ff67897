"""The inside of a frame: a repeated part, laid out on its own and then one unit of its level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from visualize.core.choices import Direction
from visualize.core.fonts import LINE_HEIGHT
from visualize.core.geometry import Point, Rectangle, sample, without_head
from visualize.core.layout import PlacedBox, PlacedFrame, PlacedText
from visualize.core.scene import SceneGroup
from visualize.layout.flow import decompose
from visualize.layout.frames import Level, entry_unit, exit_unit, frame_unit
from visualize.layout.legs import Leg
from visualize.layout.links import LinkDrawer
from visualize.layout.measure import Measure
from visualize.layout.place import Placement, Placer

_PADDING = 8.0
_FAN_ROOM = 14.0  # behind a title past which arrows go apart
_CORNER = 4.0  # between the border and the title
# For the arcs that part behind the entry, and before the line that leaves.
_ENTRY_ROOM = 20.0
_EXIT_ROOM = 9.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes, arrows and frames in their places, in the coordinates of one level."""

    boxes: tuple[PlacedBox, ...] = ()
    legs: tuple[Leg, ...] = ()
    frames: tuple[PlacedFrame, ...] = ()

    def moved(self, along: float, across: float) -> Drawing:
        """This drawing, shifted."""

        def text(placed: PlacedText) -> PlacedText:
            return replace(placed, center=placed.center.moved(along, across))

        return Drawing(
            tuple(replace(box, center=box.center.moved(along, across)) for box in self.boxes),
            tuple(
                replace(
                    leg, route=leg.route.moved(along, across), label=leg.label and text(leg.label)
                )
                for leg in self.legs
            ),
            tuple(
                replace(
                    frame,
                    rectangle=frame.rectangle.moved(along, across),
                    texts=tuple(map(text, frame.texts)),
                )
                for frame in self.frames
            ),
        )

    def turned(self, length: float) -> Drawing:
        """This drawing against the flow: its end first."""

        def point(at: Point) -> Point:
            return Point(length - at.along, at.across)

        def text(placed: PlacedText) -> PlacedText:
            return replace(placed, center=point(placed.center))

        return Drawing(
            tuple(replace(box, center=point(box.center)) for box in self.boxes),
            tuple(
                replace(leg, route=leg.route.turned(length), label=leg.label and text(leg.label))
                for leg in self.legs
            ),
            tuple(
                replace(
                    frame,
                    rectangle=frame.rectangle.turned(length),
                    texts=tuple(
                        replace(placed, center=point(other.center))
                        for placed, other in zip(frame.texts, frame.texts[::-1])
                    ),
                )
                for frame in self.frames
            ),
        )


def assemble(
    placement: Placement,
    measure: Measure,
    insides: Mapping[str, Drawing],
    upward: frozenset[str] = frozenset(),
) -> Drawing:
    """The boxes of a level and all that stands in its frames; ``upward`` the flow goes back."""
    drawing = Drawing()
    for unit, center in placement.centers.items():
        if unit in measure.boxes:
            size = measure.size(unit)
            inner = Drawing(boxes=(PlacedBox(measure.boxes[unit], center, *size),))
        elif unit in insides:
            length = measure.length(unit)
            inside = insides[unit].turned(length) if unit in upward else insides[unit]
            inner = inside.moved(center.along - length / 2, center.across)
        else:
            continue
        drawing = Drawing(
            drawing.boxes + inner.boxes,
            drawing.legs + inner.legs,
            drawing.frames + inner.frames,
        )
    return drawing


def lay_out_frame(
    level: Level, group: SceneGroup, measure: Measure, insides: Mapping[str, Drawing]
) -> Drawing:
    """Lay out the inside of a frame and make it a unit that ``measure`` knows.

    The axis enters at the origin.
    """
    title = _Title(group, measure)
    entry, leave = entry_unit(level.frame), exit_unit(level.frame)
    for more in (0.0, _FAN_ROOM):
        placement, length = _place(level, measure, title, more)
        said = title.areas(placement, length)
        drawer = LinkDrawer(measure, level, placement, said=said, late=entry if more else "")
        legs = drawer.draw_all({})
        drawn = [without_head(leg.route.curves()) for leg in legs if not leg.arrow.arc]
        if not any(area.holds(point) for path in drawn for point in sample(path) for area in said):
            break
    areas = [*placement.areas, *(leg.route.bounds() for leg in legs)]
    areas += [
        Rectangle.around(leg.label.center, *measure.label(leg.label.text))
        for leg in legs
        if leg.label
    ]
    low = min(min(area.low for area in areas) - _PADDING, -title.low)
    high = max(area.high for area in areas) + _PADDING + title.high
    border = Rectangle(0, length, low, high)
    measure.add_unit(
        frame_unit(level.frame),
        border.moved(-length / 2, 0),
        [unit for unit in level.units if unit not in (entry, leave)],
        group.stage,
        group.id,
    )
    inner = assemble(placement, measure, insides)
    frame = PlacedFrame(group, border, tuple(title.texts(border)))
    return Drawing(inner.boxes, (*inner.legs, *legs), (frame, *inner.frames))


def _place(level: Level, measure: Measure, title: _Title, more: float) -> tuple[Placement, float]:
    """The units of a frame in their places, ``more`` room behind its title, and its length."""
    entry, leave = entry_unit(level.frame), exit_unit(level.frame)
    measure.room_behind[entry] = max(_ENTRY_ROOM, title.room + more)
    measure.room_before[leave] = _EXIT_ROOM
    placer = Placer(measure, level)
    inside = placer.place(decompose(placer.flow))
    placement = Placement()
    # Where nothing flows in or out, the border keeps the same distance.
    start = 0.0 if entry in level.units else measure.room_behind[entry]
    end = 0.0 if leave in level.units else _EXIT_ROOM
    placement.take(inside, start, 0)
    length = max(start + inside.length + end, title.length)
    if leave in placement.centers:
        placement.centers[leave] = Point(length, 0)
    return placement, length


class _Title:
    """What a frame says in its corner, and the room that it needs there.

    Attributes:
        room: how far the first box stands from the border.
        length: the least length of the frame.
        low: how far the frame must reach from the axis to its lesser side.
        high: by how much the other side must be broader.
    """

    def __init__(self, group: SceneGroup, measure: Measure) -> None:
        theme = measure.theme
        self.measure = measure
        self.lines = [(group.label, theme.size), (group.detail, theme.detail_size)]
        self.lines = [(text, size) for text, size in self.lines if text]
        widths = [measure.text(text, size)[0] for text, size in self.lines]
        height = sum(size * LINE_HEIGHT for _, size in self.lines)
        if measure.direction.is_vertical:
            widths = [measure.text(text, size)[1] for text, size in self.lines]
            self.room, self.length = height + 2 * _CORNER, 0.0
            self.low, self.high = max(widths, default=0.0) + 2 * _CORNER + 2, 0.0
        else:
            self.room, self.length = 0.0, sum(widths) + 4 * _CORNER
            self.low, self.high = 0.0, height

    def areas(self, placement: Placement, length: float) -> list[Rectangle]:
        """Where the lines stand at the most, before the arrows of the frame are drawn."""
        low = min([area.low for area in placement.areas], default=0.0) - _PADDING
        border = Rectangle(0, length, min(low, -self.low), 0)
        if not self.measure.direction.is_vertical:
            return []
        return [
            Rectangle.around(text.center, *self.measure.text(text.text, text.size)).grown(3)
            for text in self.texts(border)
        ]

    def texts(self, border: Rectangle) -> list[PlacedText]:
        """The lines in their places in the corner of ``border``."""
        placed = []
        upwards = self.measure.direction is Direction.BT
        if self.measure.direction.is_vertical:
            along = border.start + _CORNER
            for text, size in self.lines[::-1] if upwards else self.lines:
                length, breadth = self.measure.text(text, size)
                center = Point(along + length / 2, border.low + _CORNER + 2 + breadth / 2)
                placed.append(PlacedText(text, center, size))
                along += length
            return placed[::-1] if upwards else placed
        across = border.high - _CORNER
        for text, size in self.lines:
            length, breadth = self.measure.text(text, size)
            center = Point(border.start + _CORNER + 2 + length / 2, across - breadth / 2)
            placed.append(PlacedText(text, center, size))
            across -= breadth
        return placed
