"""Layout: places for the boxes of a scene and paths for its arrows.

The flow graph is decomposed into series and parallels, and each is placed from the inside out:
a series stands on a straight line, parallels side by side about the line. Arcs then run beside
what they bypass, the inner ones closer. Nothing here depends on the page's direction but the
size of text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import networkx as nx

from visualize.render.arcs import Arc, route_arcs
from visualize.render.flow import Parallel, Part, Series, Tangle, decompose
from visualize.render.fonts import text_width
from visualize.render.geometry import Direction, Point, Rectangle, bounds, s_curve
from visualize.render.layered import place_layered
from visualize.render.scene import Scene, SceneArrow, SceneBox
from visualize.render.themes import Theme

LINE_HEIGHT = 1.2
CIRCLE = 13.0
_GAP = 13.0
_LABEL_GAP = 17.0
_FAN = 20.0
_BESIDE = 14.0
_PADDING = 7.0
_NARROWEST = 78.0
_WIDEST_COMMON = 170.0


@dataclass(frozen=True, slots=True)
class PlacedText:
    """Text with its centre; ``breadth`` is its width on the page."""

    text: str
    center: Point
    size: float


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """A box with its centre and its size along and across the flow."""

    box: SceneBox
    center: Point
    length: float
    breadth: float

    @property
    def rectangle(self) -> Rectangle:
        """The area it covers."""
        return Rectangle.around(self.center, self.length, self.breadth)


@dataclass(frozen=True, slots=True)
class PlacedArrow:
    """An arrow as a cubic Bézier path that ends where its head ends."""

    arrow: SceneArrow
    path: tuple[Point, ...]
    label: PlacedText | None = None


@dataclass(frozen=True, slots=True)
class Bracket:
    """A stage's name beside its boxes: a line from the first to the last of them."""

    stage: str
    line: tuple[Point, Point]
    texts: tuple[PlacedText, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything of a scene in its place, in flow coordinates."""

    boxes: tuple[PlacedBox, ...]
    arrows: tuple[PlacedArrow, ...]
    notes: tuple[PlacedText, ...] = ()
    brackets: tuple[Bracket, ...] = ()
    extent: Rectangle = field(default_factory=lambda: Rectangle(0, 0, 0, 0))


@dataclass
class _Placement:
    """Parts placed relative to the middle of where they begin."""

    centers: dict[str, Point] = field(default_factory=dict)
    arcs: dict[int, Arc] = field(default_factory=dict)
    areas: list[Rectangle] = field(default_factory=list)
    length: float = 0.0

    @property
    def low(self) -> float:
        return min((area.low for area in self.areas), default=0.0)

    @property
    def high(self) -> float:
        return max((area.high for area in self.areas), default=0.0)

    def take(self, other: _Placement, along: float, across: float) -> None:
        for node, center in other.centers.items():
            self.centers[node] = center.moved(along, across)
        for index, arc in other.arcs.items():
            self.arcs[index] = arc.moved(along, across)
        self.areas += [area.moved(along, across) for area in other.areas]


def lay_out(scene: Scene, theme: Theme, direction: Direction) -> Layout:
    """Place every box, arrow and label of ``scene``."""
    return _Layouter(scene, theme, direction).run()


def text_size(lines: Sequence[str], theme: Theme) -> tuple[float, float]:
    """Width and height on the page of a label whose first line is in full size."""
    sizes = [theme.size] + [theme.detail_size] * (len(lines) - 1)
    width = max((text_width(line, size) for line, size in zip(lines, sizes)), default=0.0)
    return width, sum(sizes[: len(lines)]) * LINE_HEIGHT


class _Layouter:
    def __init__(self, scene: Scene, theme: Theme, direction: Direction) -> None:
        self.scene = scene
        self.theme = theme
        self.direction = direction
        self.boxes = {box.id: box for box in scene.boxes}
        self.sizes = self._box_sizes()
        self.flow = nx.DiGraph()
        self.flow.add_nodes_from(self.boxes)
        self.flow.add_edges_from(
            (arrow.source, arrow.target) for arrow in scene.arrows if not arrow.arc
        )
        self.labelled = self._labelled_arrows()

    def run(self) -> Layout:
        placement = self._place(decompose(self.flow), frozenset(self.boxes))
        boxes = tuple(
            PlacedBox(self.boxes[node], center, *self.sizes[node])
            for node, center in placement.centers.items()
        )
        boxes = tuple(sorted(boxes, key=lambda placed: list(self.boxes).index(placed.box.id)))
        arrows = tuple(self._arrow(index, placement) for index in range(len(self.scene.arrows)))
        notes = tuple(self._notes(boxes))
        brackets = self._brackets(boxes, placement)
        return Layout(boxes, arrows, notes, brackets, self._extent(boxes, arrows, notes, brackets))

    # Sizes

    def _box_sizes(self) -> dict[str, tuple[float, float]]:
        """Length and breadth of every box; all but the widest share one width on the page."""
        inner = {
            box.id: text_size(box.label, self.theme)
            for box in self.scene.boxes
            if box.role != "merge"
        }
        widths = [width + 2 * _PADDING for width, _ in inner.values()]
        common = max((w for w in widths if w <= _WIDEST_COMMON), default=0.0)
        common = max(common, _NARROWEST)
        heights = {
            1: self.theme.size * LINE_HEIGHT + 7,
            2: (self.theme.size + self.theme.detail_size) * LINE_HEIGHT + 6,
        }
        sizes = {}
        for box in self.scene.boxes:
            if box.role == "merge":
                sizes[box.id] = (CIRCLE, CIRCLE)
                continue
            width, height = inner[box.id]
            height = max(heights.get(len(box.label), height + 6), height + 6)
            sizes[box.id] = self.direction.size(max(common, width + 2 * _PADDING), height)
        return sizes

    def _label_size(self, text: str) -> tuple[float, float]:
        width = text_width(text, self.theme.detail_size)
        return self.direction.size(width, self.theme.detail_size * LINE_HEIGHT)

    def _labelled_arrows(self) -> dict[str, int]:
        """The one arrow of each box that tells the shape, by the box it leaves."""
        labelled: dict[str, int] = {}
        for index, arrow in enumerate(self.scene.arrows):
            if arrow.label and not arrow.arc:
                labelled.setdefault(arrow.source, index)
        return labelled

    # Places

    def _place(self, part: Part, inside: frozenset[str]) -> _Placement:
        if isinstance(part, str):
            length, breadth = self.sizes[part]
            center = Point(length / 2, 0)
            area = Rectangle.around(center, length, breadth)
            note = self._note_breadth(self.boxes[part])
            area = Rectangle(area.start, area.end, area.low - note, area.high)
            return _Placement({part: center}, {}, [area], length)
        if isinstance(part, Series):
            placement = self._place_series(part)
        elif isinstance(part, Parallel):
            placement = self._place_parallel(part)
        else:
            placement = self._place_tangle(part)
        self._route(placement)
        return placement

    def _place_series(self, series: Series) -> _Placement:
        placement = _Placement()
        previous: Part | None = None
        for part in series.parts:
            inner = self._place(part, frozenset())
            if previous is not None:
                placement.length += self._gap(previous, part)
            placement.take(inner, placement.length, 0)
            placement.length += inner.length
            previous = part
        return placement

    def _place_parallel(self, parallel: Parallel) -> _Placement:
        inner = [self._place(part, frozenset()) for part in parallel.parts]
        length = max(placement.length for placement in inner)
        breadth = sum(placement.high - placement.low for placement in inner)
        placement = _Placement(length=length)
        across = -(breadth + _BESIDE * (len(inner) - 1)) / 2
        for branch in inner:
            placement.take(branch, (length - branch.length) / 2, across - branch.low)
            across += branch.high - branch.low + _BESIDE
        return placement

    def _place_tangle(self, tangle: Tangle) -> _Placement:
        centers = place_layered(self.flow.subgraph(tangle.nodes), self.sizes, _FAN, _BESIDE)
        areas = [Rectangle.around(center, *self.sizes[node]) for node, center in centers.items()]
        return _Placement(centers, {}, areas, max(area.end for area in areas))

    def _gap(self, before: Part, after: Part) -> float:
        if not isinstance(before, str) or not isinstance(after, str):
            return _FAN
        index = self.labelled.get(before)
        if index is None:
            return _GAP
        length, _ = self._label_size(self.scene.arrows[index].label)
        return max(_LABEL_GAP, length + 8)

    # Arcs

    def _route(self, placement: _Placement) -> None:
        """Route the arrows that need an arc beside the boxes between their ends."""
        rectangles = {
            node: Rectangle.around(center, *self.sizes[node])
            for node, center in placement.centers.items()
        }
        arcs = []
        for index, arrow in enumerate(self.scene.arrows):
            inside = arrow.source in rectangles and arrow.target in rectangles
            if not inside or index in placement.arcs:
                continue
            if arrow.arc or self._is_blocked(arrow, rectangles):
                label = self._label_size(arrow.label) if arrow.arc and arrow.label else (0.0, 0.0)
                arcs.append(Arc(index, arrow.source, arrow.target, *label))
        routed = route_arcs(arcs, rectangles, self._round(), placement.areas)
        for arc in routed:
            placement.arcs[arc.index] = arc
            placement.areas += arc.areas()

    def _round(self) -> frozenset[str]:
        return frozenset(box.id for box in self.scene.boxes if box.role == "merge")

    def _is_blocked(self, arrow: SceneArrow, rectangles: Mapping[str, Rectangle]) -> bool:
        """Whether a direct curve would run through a box."""
        path = self._direct(rectangles[arrow.source], rectangles[arrow.target])
        others = [
            rectangle
            for node, rectangle in rectangles.items()
            if node not in (arrow.source, arrow.target)
        ]
        return any(_passes(path, rectangle.grown(2)) for rectangle in others)

    def _direct(self, source: Rectangle, target: Rectangle) -> list[Point]:
        start = Point(source.end, (source.low + source.high) / 2)
        middle = (target.low + target.high) / 2
        offset = start.across - middle
        if target.high - target.low <= CIRCLE:
            radius = (target.high - target.low) / 2
            lean = max(-0.8, min(0.8, offset / 60))
            end = Point(
                (target.start + target.end) / 2 - radius * (1 - lean * lean) ** 0.5,
                middle + radius * lean,
            )
        else:
            spread = (target.high - target.low) * 0.3
            end = Point(target.start, middle + max(-spread, min(spread, offset * 0.25)))
        return s_curve(start, end)

    def _arrow(self, index: int, placement: _Placement) -> PlacedArrow:
        arrow = self.scene.arrows[index]
        arc = placement.arcs.get(index)
        if arc:
            text = None
            if arrow.arc and arrow.label:
                text = PlacedText(arrow.label, arc.label_center(), self.theme.detail_size)
            return PlacedArrow(arrow, tuple(arc.path()), text)
        source, target = (
            Rectangle.around(placement.centers[node], *self.sizes[node])
            for node in (arrow.source, arrow.target)
        )
        path = self._direct(source, target)
        return PlacedArrow(arrow, tuple(path), self._shape_text(index, path))

    def _shape_text(self, index: int, path: Sequence[Point]) -> PlacedText | None:
        arrow = self.scene.arrows[index]
        if not arrow.label or self.labelled.get(arrow.source) != index:
            return None
        length, breadth = self._label_size(arrow.label)
        start, end = path[0], path[-1]
        straight = abs(start.across - end.across) < 1
        middle = (start.along + end.along - 4) / 2 if straight else start.along + length / 2 + 2
        center = Point(middle, start.across + breadth / 2 + 4)
        return PlacedText(arrow.label, center, self.theme.detail_size)

    # Beside the boxes

    def _note_breadth(self, box: SceneBox) -> float:
        if box.role != "merge" or len(box.label) < 2:
            return 0.0
        return self._label_size(", ".join(box.label[1:]))[1] + 4

    def _notes(self, boxes: Iterable[PlacedBox]) -> Iterable[PlacedText]:
        """What was fused into a merge, beside its circle."""
        for placed in boxes:
            if placed.box.role == "merge" and len(placed.box.label) > 1:
                text = ", ".join(placed.box.label[1:])
                _, breadth = self._label_size(text)
                center = placed.center.moved(0, -(placed.breadth / 2 + 4 + breadth / 2))
                yield PlacedText(text, center, self.theme.detail_size)

    def _brackets(
        self, boxes: Sequence[PlacedBox], placement: _Placement
    ) -> tuple[Bracket, ...]:
        """One bracket for each stage of which at least two boxes are drawn."""
        spans: dict[str, list[Rectangle]] = {}
        for placed in boxes:
            if placed.box.stage:
                spans.setdefault(placed.box.stage, []).append(placed.rectangle)
        groups = {group.id: group for group in self.scene.groups}
        # All brackets stand on one line, so that they read as a column of their own.
        across = placement.low - 8
        brackets = []
        for stage, areas in spans.items():
            if len(areas) < 2:
                continue
            start, end = min(area.start for area in areas), max(area.end for area in areas)
            group = groups[stage]
            texts = self._bracket_texts(
                [group.label, group.detail], Point((start + end) / 2, across - 4)
            )
            brackets.append(
                Bracket(stage, (Point(start, across), Point(end, across)), tuple(texts))
            )
        return tuple(brackets)

    def _bracket_texts(self, lines: Sequence[str], beside: Point) -> Iterable[PlacedText]:
        shown = [line for line in lines if line]
        height = self.theme.detail_size * LINE_HEIGHT
        for position, line in enumerate(shown):
            _, breadth = self._label_size(line)
            below = (position - (len(shown) - 1) / 2) * height
            if self.direction is Direction.BT:
                below = -below
            if self.direction.is_vertical:
                center = beside.moved(below, -breadth / 2)
            else:
                center = beside.moved(0, -height * (position + 0.5))
            yield PlacedText(line, center, self.theme.detail_size)

    def _extent(
        self,
        boxes: Sequence[PlacedBox],
        arrows: Sequence[PlacedArrow],
        notes: Sequence[PlacedText],
        brackets: Sequence[Bracket],
    ) -> Rectangle:
        texts = [*notes, *(text for bracket in brackets for text in bracket.texts)]
        texts += [arrow.label for arrow in arrows if arrow.label]
        areas = [placed.rectangle for placed in boxes]
        areas += [bounds(arrow.path) for arrow in arrows]
        areas += [Rectangle.around(text.center, *self._label_size(text.text)) for text in texts]
        return Rectangle(
            min((area.start for area in areas), default=0.0),
            max((area.end for area in areas), default=0.0),
            min((area.low for area in areas), default=0.0),
            max((area.high for area in areas), default=0.0),
        )


def _passes(path: Sequence[Point], area: Rectangle, steps: int = 16) -> bool:
    """Whether a cubic Bézier curve passes through ``area``."""
    first, second, third, fourth = path
    for step in range(1, steps):
        t = step / steps
        weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
        along = sum(w * p.along for w, p in zip(weights, (first, second, third, fourth)))
        across = sum(w * p.across for w, p in zip(weights, (first, second, third, fourth)))
        if area.start < along < area.end and area.low < across < area.high:
            return True
    return False
