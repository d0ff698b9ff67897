"""Sizes: how much room boxes, labels and gaps take."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from visualize.core.choices import Direction
from visualize.core.fonts import LINE_HEIGHT, line_extent, text_width
from visualize.core.geometry import Point, Rectangle, Transform
from visualize.core.scene import Scene, SceneArrow, SceneBox
from visualize.core.theme import Theme
from visualize.layout.levels import Level
from visualize.layout.order import Part
from visualize.layout.spacing import Spacing
from visualize.layout.units import BoxUnit, EntryPort, ExitPort, FrameUnit, Unit
from visualize.layout.wrapping import wrapped

# The size of a box without a label: a point on the border of what is laid out.
_POINT = 2.0
_LETTER = re.compile(r"\w")
# Between the middles of the lines of a double border.
_STRAND = 2.0


@dataclass(frozen=True, slots=True)
class Extent:
    """A unit as its level sees it.

    Attributes:
        area: what it covers, around the middle of its axis.
        members: the boxes in it.
        stage: the stage that it belongs to.
        group: the group that it belongs to.
    """

    area: Rectangle
    members: frozenset[str] = frozenset()
    stage: str = ""
    group: str = ""


class Sizes:
    """Sizes of the boxes and texts of a scene, along and across the flow, in points."""

    def __init__(self, scene: Scene, theme: Theme, direction: Direction, spacing: Spacing) -> None:
        self.scene = scene
        self.theme = theme
        self.direction = direction
        self.spacing = spacing
        self.boxes = {box.id: box for box in scene.boxes}
        self.lines: dict[str, tuple[tuple[str, ...], ...]] = {
            box.id: tuple((line,) for line in box.label) for box in scene.boxes
        }
        if not math.isinf(spacing.longest):
            self._wrap()
        self.extents = {
            box: Extent(
                Rectangle.around(Point(0, 0), *size),
                frozenset([box]),
                self.boxes[box].stage,
                self.boxes[box].group,
            )
            for box, size in self._box_sizes().items()
        }

    def text(self, text: str, size: float) -> tuple[float, float]:
        """Length and breadth of a line set in ``size`` points."""
        return self.direction.size(text_width(text, size, self.theme.font), size * LINE_HEIGHT)

    def strands(self, arrow: SceneArrow) -> int:
        """The number of lines of an arrow."""
        look, theme = arrow.look, self.theme
        if not look:
            return 1
        mark = theme.marks.get(look)
        return (mark.stroke if mark else theme.skips[look]).style.strands

    def label(self, text: str) -> tuple[float, float]:
        """Length and breadth of a line in the smaller type."""
        return self.text(text, self.theme.detail_size)

    def note(self, box: SceneBox) -> str:
        """What is beside the circle of a merge: what was fused into it."""
        return ", ".join(box.label[1:]) if box.role == "merge" else ""

    def _wrap(self) -> None:
        """Wrap what is in boxes, where that makes them narrower than the widest."""
        boxes = [box for box in self.scene.boxes if box.role != "merge"]
        room = self.spacing.longest
        lines = [self._wrapped(box, room) for box in boxes]
        room = max([room, *(self._text_size(rows)[0] for rows in lines)])
        self.lines |= {box.id: self._wrapped(box, room) for box in boxes}

    def _wrapped(self, box: SceneBox, room: float) -> tuple[tuple[str, ...], ...]:
        """The lines of the label of a box, each in rows that are no wider than ``room``.

        What follows the name begins the second line where that takes fewer rows: "block, 256" and
        "2.4 M" are "block" and "256 · 2.4 M".
        """
        rows = self._rows(box.label, room)
        name, comma, rest = box.label[0].partition(", ")
        if len(rows[0]) == 1 or not comma or len(box.label) == 1:
            return rows
        moved = self._rows((name, f"{rest} · {box.label[1]}", *box.label[2:]), room)
        is_shorter = sum(map(len, moved)) < sum(map(len, rows))
        return moved if is_shorter and self._text_size(moved)[0] <= room else rows

    def _rows(self, label: Sequence[str], room: float) -> tuple[tuple[str, ...], ...]:
        """Each line of a label in rows."""
        font = self.theme.font
        types = [self.theme.size] + [self.theme.detail_size] * (len(label) - 1)
        return tuple(
            wrapped(line, room, functools.partial(text_width, size=size, font=font))
            for line, size in zip(label, types)
        )

    def _box_sizes(self) -> dict[str, tuple[float, float]]:
        """Length and breadth of every box; most share one width on the page."""
        spacing = self.spacing
        boxes = [box for box in self.scene.boxes if box.role != "merge"]
        needs = {box.id: self._text_size(self.lines[box.id]) for box in boxes}
        # Inputs and outputs are apart from the others: they make no other box wider.
        shared = [box.id for box in boxes if box.role not in ("input", "output")]
        broad = {
            box.id: max(needs[box.id][0] + 2 * spacing.padding, self._lettered(box))
            for box in boxes
        }
        widths = [broad[node] for node in shared]
        narrowest, widest = spacing.box.narrowest, spacing.box.widest_common
        common = max([narrowest, *(width for width in widths if width <= widest)])
        common = common if spacing.even else narrowest / 2
        circle = spacing.box.circle * max(1.0, self.theme.size / spacing.box.common_type)
        sizes = {box.id: (circle, circle) for box in self.scene.boxes}
        for node, (_, height) in needs.items():
            if not self.lines[node]:
                sizes[node] = (_POINT, _POINT)
                continue
            width = max(common, broad[node])
            border = self._border(node)
            sizes[node] = self.direction.size(width + border, height + spacing.margin + border)
        return sizes

    def _border(self, box: str) -> float:
        """How much broader and higher the border of a box is than a plain one."""
        mark = self.theme.marks.get(self.boxes[box].mark)
        if mark is None:
            return 0.0
        return 2 * (mark.stroke.width + _STRAND * (mark.stroke.style.strands - 1))

    def _lettered(self, box: SceneBox) -> float:
        """The width of a box whose first line keeps clear of the letters in its corner.

        Which letters these are makes no difference, so that the figure is laid out once.
        """
        if box.id not in self.scene.letters:
            return 0.0
        marks = _LETTER.sub("M", self.scene.letters[box.id])
        first, _ = self._text_size((self.lines[box.id][0][:1],))
        inset = self.theme.letter_inset
        beside = text_width(marks, self.theme.detail_size, self.theme.font) + 2 * inset
        # In the narrowest of boxes the line gives way to one side.
        is_centered = math.isinf(self.spacing.longest)
        return first + (2 * beside if is_centered else beside + inset + self.spacing.padding)

    def _text_size(self, lines: Sequence[Sequence[str]]) -> tuple[float, float]:
        """Width and height on the page of the rows of a label, the first line in full size."""
        sizes = [self.theme.size] + [self.theme.detail_size] * (len(lines) - 1)
        rows = [(row, size) for line, size in zip(lines, sizes) for row in line]
        width = max((text_width(row, size, self.theme.font) for row, size in rows), default=0.0)
        return width, sum(sum(line_extent(size, self.theme.font)) for _, size in rows)


class LevelSizes:
    """Sizes of the units of one level.

    Args:
        sizes: those of boxes and texts.
        level: whose units.
        frames: the frames in it.
        entry_room: room kept free behind the entry.
        exit_room: room kept free before the exit.
    """

    def __init__(
        self,
        sizes: Sizes,
        level: Level,
        frames: Mapping[FrameUnit, Extent],
        entry_room: float = 0.0,
        exit_room: float = 0.0,
    ) -> None:
        self.common = sizes
        self.level = level
        self.spacing = sizes.spacing
        self.direction = sizes.direction
        self.entry_room = entry_room
        self.exit_room = exit_room
        self.shapes = level.shapes
        self.extents: dict[Unit, Extent] = {}
        for unit in level.units:
            if isinstance(unit, BoxUnit):
                self.extents[unit] = sizes.extents[unit.box]
            elif isinstance(unit, FrameUnit):
                self.extents[unit] = frames[unit]
            else:
                self.extents[unit] = Extent(Rectangle(0, 0, 0, 0))

    def label(self, text: str) -> tuple[float, float]:
        """Length and breadth of a line in the smaller type."""
        return self.common.label(text)

    def reach(self, arrow: SceneArrow) -> float:
        """How much farther the line of an arrow reaches to its sides than one of two strands."""
        strands = self.common.strands(arrow)
        return self.spacing.arc.strand * max(strands - 2, 0)

    def box(self, unit: Unit) -> SceneBox | None:
        """The box of a unit; None for a frame or port."""
        return self.common.boxes[unit.box] if isinstance(unit, BoxUnit) else None

    def shape(self, unit: Unit) -> tuple[int, ...]:
        """The shape of what a unit returns; of a frame, what its last box does."""
        if box := self.box(unit):
            return box.shape
        members = self.extents[unit].members
        last = next((box for box in reversed(self.common.scene.boxes) if box.id in members), None)
        return last.shape if last else ()

    def length(self, unit: Unit) -> float:
        """How far a unit reaches along the flow."""
        area = self.extents[unit].area
        return area.end - area.start

    def rectangle(self, unit: Unit, center: Point) -> Rectangle:
        """The area of a unit."""
        return self.extents[unit].area.transformed(Transform(*center))

    def rectangles(self, centers: Mapping[Unit, Point]) -> dict[Unit, Rectangle]:
        """The areas of units."""
        return {unit: self.rectangle(unit, center) for unit, center in centers.items()}

    def covered(self, unit: Unit, center: Point) -> Rectangle:
        """The area of a unit together with the note or the shortcut beside it."""
        area = self.rectangle(unit, center)
        box = self.box(unit)
        note = self.common.note(box) if box else ""
        breadth = self.label(note)[1] + self.spacing.box.note if note else 0.0
        arc = self.spacing.box.shortcut if box and box.shortcut else 0.0
        return Rectangle(area.start, area.end, area.low - breadth, area.high + arc)

    def stage(self, unit: Unit) -> str:
        """The stage that a unit belongs to."""
        return self.extents[unit].stage

    def group(self, unit: Unit) -> str:
        """The group that a unit belongs to."""
        return self.extents[unit].group

    def members(self, units: Iterable[Unit]) -> set[str]:
        """The boxes in units."""
        return {box for unit in units for box in self.extents[unit].members}

    def is_merge(self, unit: Unit) -> bool:
        """Whether a unit is the circle of a merge."""
        box = self.box(unit)
        return box is not None and box.role == "merge"

    def ports(
        self,
        source: Unit,
        target: Unit,
        centers: Mapping[Unit, Point],
        *,
        backwards: bool = False,
    ) -> tuple[Rectangle, Rectangle]:
        """What an arrow between two units leaves and meets: a box, or the border of a frame.

        Args:
            source: the unit that it leaves.
            target: the unit at which it arrives.
            centers: where units are.
            backwards: whether the flow goes back here, so that frames end where they would begin.
        """
        leaving = self.rectangle(source, centers[source])
        meeting = self.rectangle(target, centers[target])
        if not isinstance(source, BoxUnit):
            border, axis = leaving.start if backwards else leaving.end, centers[source].across
            leaving = Rectangle(border, border, axis, axis)
        if not isinstance(target, BoxUnit):
            border, axis = meeting.end if backwards else meeting.start, centers[target].across
            meeting = Rectangle(border, border, axis, axis)
        return leaving, meeting

    def gap(self, before: Part, after: Part) -> float:
        """Room between two parts of a series: enough for the label of the arrow between them."""
        least = max(
            self.entry_room if isinstance(before, EntryPort) else 0.0,
            self.exit_room if isinstance(after, ExitPort) else 0.0,
        )
        if not isinstance(before, Unit) or not isinstance(after, Unit):
            return max(self.spacing.fan, least)
        if least:
            return least
        label = self.shapes.get(before)
        if not label:
            return self.spacing.gap
        room = self.spacing.margin / 2 + self.spacing.label.gap
        return max(self.spacing.label_gap, self.label(label)[0] + room)
