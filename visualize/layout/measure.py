"""Sizes: how much room boxes, labels and gaps take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from visualize.core.choices import Direction
from visualize.core.fonts import LINE_HEIGHT, text_width
from visualize.core.geometry import Point, Rectangle
from visualize.core.scene import Scene, SceneBox
from visualize.core.theme import Theme
from visualize.layout.flow import Part

# The circle of a merge, for type of this size; for larger type it is larger.
CIRCLE = 13.0
_COMMON_SIZE = 9.0
_NARROWEST = 78.0
_WIDEST_COMMON = 170.0


@dataclass(frozen=True, slots=True)
class Spacing:
    """How much room is left between things, in points.

    Attributes:
        gap: between a box and the next, where the arrow says nothing.
        label_gap: the least where it says something.
        fan: where arrows part or come together.
        beside: between branches side by side.
        padding: within a box, left and right of its text.
        margin: within a box, above and below its text together.
        even: whether most boxes are as wide as the widest of them.
        lanes: whether, in a tangle, arrows that pass a row have room to go by, and boxes stand in
            line; and a decoder with its own input, beside the encoder.
    """

    gap: float = 13.0
    label_gap: float = 17.0
    fan: float = 20.0
    beside: float = 14.0
    padding: float = 7.0
    margin: float = 7.0
    even: bool = True
    lanes: bool = True


# For a figure that would otherwise just miss the page.
DENSE = Spacing(gap=10.0, label_gap=13.5, fan=13.5, beside=9.0, padding=4.0, margin=4.5)
NARROW = replace(DENSE, even=False)
# For a tangle, or two towers, that would be too broad.
KNOTTED = replace(NARROW, lanes=False)


class Measure:
    """Sizes of what a scene holds, along and across the flow, in points."""

    def __init__(
        self, scene: Scene, theme: Theme, direction: Direction, spacing: Spacing | None = None
    ) -> None:
        self.spacing = spacing or Spacing()
        self.scene = scene
        self.theme = theme
        self.direction = direction
        self.boxes = {box.id: box for box in scene.boxes}
        # Around the point where the axis of the flow has passed half of a unit.
        self.extents = {
            node: Rectangle.around(Point(0, 0), *size) for node, size in self._box_sizes().items()
        }
        self.stages = {box.id: box.stage for box in scene.boxes}
        self.groups = {box.id: box.group for box in scene.boxes}
        # The boxes in each unit.
        self.members = {box.id: frozenset([box.id]) for box in scene.boxes}
        # Room that is kept free behind some units and before others.
        self.room_behind: dict[Part, float] = {}
        self.room_before: dict[Part, float] = {}
        # Whether boxes stand in line with others where that may take room.
        self.in_line = False

    def add_unit(
        self,
        unit: str,
        extent: Rectangle,
        members: Iterable[str] = (),
        stage: str = "",
        group: str = "",
    ) -> None:
        """Make known a frame, or a point at its border, that stands at a level like a box."""
        self.extents[unit] = extent
        self.members[unit] = frozenset(box for one in members for box in self.members[one])
        self.stages[unit] = stage
        self.groups[unit] = group

    def length(self, unit: str) -> float:
        """How far a unit reaches along the flow."""
        return self.extents[unit].end - self.extents[unit].start

    def text(self, text: str, size: float) -> tuple[float, float]:
        """Length and breadth of a line set in ``size`` points."""
        return self.direction.size(text_width(text, size, self.theme.font), size * LINE_HEIGHT)

    def size(self, unit: str) -> tuple[float, float]:
        """Length and breadth of a unit."""
        extent = self.extents[unit]
        return extent.end - extent.start, extent.high - extent.low

    def label(self, text: str) -> tuple[float, float]:
        """Length and breadth of a line in the smaller type."""
        return self.text(text, self.theme.detail_size)

    def note(self, box: SceneBox) -> str:
        """What stands beside the circle of a merge: what was fused into it."""
        return ", ".join(box.label[1:]) if box.role == "merge" else ""

    def rectangle(self, unit: str, center: Point) -> Rectangle:
        """The area of a unit."""
        return self.extents[unit].moved(center.along, center.across)

    def covered(self, unit: str, center: Point) -> Rectangle:
        """The area of a unit together with the note beside it."""
        area = self.rectangle(unit, center)
        note = self.note(self.boxes[unit]) if unit in self.boxes else ""
        breadth = self.label(note)[1] + 4 if note else 0.0
        return Rectangle(area.start, area.end, area.low - breadth, area.high)

    def is_merge(self, unit: str) -> bool:
        """Whether a unit is the circle of a merge."""
        return unit in self.boxes and self.boxes[unit].role == "merge"

    def is_pierced(self, unit: str) -> bool:
        """Whether arrows enter and leave a unit on its axis only, as they do a frame."""
        return unit not in self.boxes

    def ports(
        self, source: str, target: str, centers: Mapping[str, Point], *, turned: bool = False
    ) -> tuple[Rectangle, Rectangle]:
        """What an arrow between two units leaves and meets: a box, or the border of a frame.

        Args:
            source: the unit that it leaves.
            target: the unit at which it arrives.
            centers: where units stand.
            turned: whether the flow goes back here, so that frames end where they would begin.
        """
        leaving = self.rectangle(source, centers[source])
        meeting = self.rectangle(target, centers[target])
        if self.is_pierced(source):
            border, axis = leaving.start if turned else leaving.end, centers[source].across
            leaving = Rectangle(border, border, axis, axis)
        if self.is_pierced(target):
            border, axis = meeting.end if turned else meeting.start, centers[target].across
            meeting = Rectangle(border, border, axis, axis)
        return leaving, meeting

    def gap(self, before: Part, after: Part, told: Mapping[str, str]) -> float:
        """Room between two parts of a series: enough for what the arrow between them tells.

        Args:
            before: the part that comes first.
            after: the part behind it.
            told: the shape that each unit returns, where an arrow tells it.
        """
        least = max(self.room_behind.get(before, 0.0), self.room_before.get(after, 0.0))
        if not isinstance(before, str) or not isinstance(after, str):
            return max(self.spacing.fan, least)
        if least:
            return least
        label = told.get(before)
        if not label:
            return self.spacing.gap
        return max(self.spacing.label_gap, self.label(label)[0] + self.spacing.margin / 2 + 4.5)

    def _box_sizes(self) -> dict[str, tuple[float, float]]:
        """Length and breadth of every box; most share one width on the page."""
        boxes = [box for box in self.scene.boxes if box.role != "merge"]
        needs = {box.id: self._text_size(box.label) for box in boxes}
        # Inputs and outputs stand alone: they make no other box wider.
        shared = [box.id for box in boxes if box.role not in ("input", "output")]
        widths = [needs[node][0] + 2 * self.spacing.padding for node in shared]
        common = max([_NARROWEST, *(width for width in widths if width <= _WIDEST_COMMON)])
        common = common if self.spacing.even else _NARROWEST / 2
        circle = CIRCLE * max(1.0, self.theme.size / _COMMON_SIZE)
        sizes = {box.id: (circle, circle) for box in self.scene.boxes}
        for node, (width, height) in needs.items():
            sizes[node] = self.direction.size(
                max(common, width + 2 * self.spacing.padding), height + self.spacing.margin
            )
        return sizes

    def _text_size(self, lines: Sequence[str]) -> tuple[float, float]:
        """Width and height on the page of a label whose first line is in full size."""
        sizes = [self.theme.size] + [self.theme.detail_size] * (len(lines) - 1)
        width = max(
            (text_width(line, size, self.theme.font) for line, size in zip(lines, sizes)),
            default=0.0,
        )
        return width, sum(sizes[: len(lines)]) * LINE_HEIGHT
