"""Sizes: how much room boxes, labels and gaps take."""

from __future__ import annotations

from collections.abc import Sequence

from visualize.render.fonts import text_width
from visualize.render.layout.flow import Part
from visualize.render.layout.geometry import Direction, Point, Rectangle
from visualize.render.scene import Scene, SceneBox
from visualize.render.themes import Theme

LINE_HEIGHT = 1.2
CIRCLE = 13.0
FAN = 20.0
_GAP = 13.0
_LABEL_GAP = 17.0
_PADDING = 7.0
_NARROWEST = 78.0
_WIDEST_COMMON = 170.0


class Measure:
    """Sizes of what a scene holds, along and across the flow, in points."""

    def __init__(self, scene: Scene, theme: Theme, direction: Direction) -> None:
        self.scene = scene
        self.theme = theme
        self.direction = direction
        self.boxes = {box.id: box for box in scene.boxes}
        self.sizes = self._box_sizes()
        # The shape that each box returns, where an arrow tells it.
        self.told = {arrow.source: arrow.label for arrow in scene.arrows if not arrow.arc}

    def label(self, text: str) -> tuple[float, float]:
        """Length and breadth of a line in the smaller type."""
        width = text_width(text, self.theme.detail_size)
        return self.direction.size(width, self.theme.detail_size * LINE_HEIGHT)

    def note(self, box: SceneBox) -> str:
        """What stands beside the circle of a merge: what was fused into it."""
        return ", ".join(box.label[1:]) if box.role == "merge" else ""

    def rectangle(self, node: str, center: Point) -> Rectangle:
        """The area of a box."""
        return Rectangle.around(center, *self.sizes[node])

    def covered(self, node: str, center: Point) -> Rectangle:
        """The area of a box together with the note beside it."""
        area = self.rectangle(node, center)
        note = self.note(self.boxes[node])
        breadth = self.label(note)[1] + 4 if note else 0.0
        return Rectangle(area.start, area.end, area.low - breadth, area.high)

    def gap(self, before: Part, after: Part) -> float:
        """Room between two parts of a series: enough for what the arrow between them tells."""
        if not isinstance(before, str) or not isinstance(after, str):
            return FAN
        label = self.told.get(before)
        return max(_LABEL_GAP, self.label(label)[0] + 8) if label else _GAP

    def _box_sizes(self) -> dict[str, tuple[float, float]]:
        """Length and breadth of every box; all but the widest share one width on the page."""
        boxes = [box for box in self.scene.boxes if box.role != "merge"]
        needs = {box.id: self._text_size(box.label) for box in boxes}
        widths = [width + 2 * _PADDING for width, _ in needs.values()]
        common = max([_NARROWEST, *(width for width in widths if width <= _WIDEST_COMMON)])
        sizes = {box.id: (CIRCLE, CIRCLE) for box in self.scene.boxes}
        for node, (width, height) in needs.items():
            sizes[node] = self.direction.size(max(common, width + 2 * _PADDING), height + 7)
        return sizes

    def _text_size(self, lines: Sequence[str]) -> tuple[float, float]:
        """Width and height on the page of a label whose first line is in full size."""
        sizes = [self.theme.size] + [self.theme.detail_size] * (len(lines) - 1)
        width = max((text_width(line, size) for line, size in zip(lines, sizes)), default=0.0)
        return width, sum(sizes[: len(lines)]) * LINE_HEIGHT
