"""Layout: places for the boxes of a scene and paths for its arrows.

The flow graph is decomposed into series and parallels, and each is placed from the inside out:
a series stands on a straight line, parallels side by side about the line. Arcs then run beside
what they bypass, the inner ones closer. Nothing here depends on the page's direction but the
size of text.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import networkx as nx

from visualize.render.arcs import Arc, route_arcs
from visualize.render.flow import Parallel, Part, Series, Tangle, decompose
from visualize.render.fonts import text_width
from visualize.render.geometry import (
    Direction,
    Point,
    Rectangle,
    bounds,
    rounded_path,
    s_curve,
    sample,
    straight,
)
from visualize.render.layered import place_layered
from visualize.render.scene import Scene, SceneArrow, SceneBox
from visualize.render.themes import Theme
from visualize.render.wrap import Cut, choose_cuts, find_cuts

LINE_HEIGHT = 1.2
CIRCLE = 13.0
_GAP = 13.0
_LABEL_GAP = 17.0
_FAN = 20.0
_BESIDE = 14.0
_PADDING = 7.0
_NARROWEST = 78.0
_WIDEST_COMMON = 170.0
_PAGE_WIDTH = 6.875 * 72
_PAGE_HEIGHT = 9.0 * 72
# Room for a title and a legend.
_MARGIN = 40.0
_GUTTER = 10.0
_ENTRY = 30.0
_BRANCH = 18.0


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
    """Everything of a scene in its place, in flow coordinates.

    ``turns`` are the lines from the end of each column to the beginning of the next.
    """

    boxes: tuple[PlacedBox, ...]
    arrows: tuple[PlacedArrow, ...]
    notes: tuple[PlacedText, ...] = ()
    brackets: tuple[Bracket, ...] = ()
    turns: tuple[tuple[Point, ...], ...] = ()
    extent: Rectangle = field(default_factory=lambda: Rectangle(0, 0, 0, 0))

    def fits_page(self, direction: Direction) -> bool:
        """Whether the figure fits a page of 6.875 × 9 inches in true size."""
        along = self.extent.end - self.extent.start
        across = self.extent.high - self.extent.low
        width, height = (across, along) if direction.is_vertical else (along, across)
        return width <= _PAGE_WIDTH and height <= _PAGE_HEIGHT - _MARGIN


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


class _Column:
    """Boxes that stand in one column, and where they are.

    ``cut`` is what separates it from the column before; ``moved`` is by how much it was moved.
    """

    def __init__(
        self,
        nodes: frozenset[str],
        areas: Sequence[Rectangle],
        cut: Cut | None,
        rectangles: Mapping[str, Rectangle],
    ) -> None:
        self.nodes = nodes
        self.cut = cut
        self.moved = (0.0, 0.0)
        self.start = min((rectangles[node].start for node in nodes), default=0.0)
        self.low = min((area.low for area in areas), default=0.0)
        self.high = max((area.high for area in areas), default=0.0)
        last = rectangles[cut.before] if cut else Rectangle(0, 0, 0, 0)
        self.axis = (last.low + last.high) / 2

    @property
    def junction(self) -> Point:
        """Where the tensor that comes from the column before parts to the boxes of this one."""
        return Point(self.start - _BRANCH, self.axis)

    def move(self, along: float, across: float) -> None:
        self.moved = (along, across)
        self.start += along
        self.low += across
        self.high += across
        self.axis += across


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
        self.groups = {group.id: group for group in scene.groups}
        self.sizes = self._box_sizes()
        self.flow = nx.DiGraph()
        self.flow.add_nodes_from(self.boxes)
        self.flow.add_edges_from(
            (arrow.source, arrow.target) for arrow in scene.arrows if not arrow.arc
        )

    def run(self) -> Layout:
        placement = self._place(decompose(self.flow))
        columns = self._wrap(placement)
        boxes = tuple(
            PlacedBox(box, placement.centers[box.id], *self.sizes[box.id])
            for box in self.scene.boxes
        )
        arrows = tuple(
            self._arrow(index, placement, columns) for index in range(len(self.scene.arrows))
        )
        notes = tuple(self._notes(boxes))
        brackets = tuple(bracket for column in columns for bracket in self._brackets(boxes, column))
        turns = tuple(self._turns(columns, placement))
        extent = self._extent(boxes, arrows, notes, brackets, turns)
        return Layout(boxes, arrows, notes, brackets, turns, extent)

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

    # Places

    def _place(self, part: Part) -> _Placement:
        if isinstance(part, str):
            length, _ = self.sizes[part]
            center = Point(length / 2, 0)
            return _Placement({part: center}, {}, [self._area(part, center)], length)
        if isinstance(part, Series):
            placement = self._place_series(part)
        elif isinstance(part, Parallel):
            placement = self._place_parallel(part)
        else:
            placement = self._place_tangle(part)
        self._route(placement)
        return placement

    def _area(self, node: str, center: Point) -> Rectangle:
        """What a box covers together with the note beside it."""
        area = Rectangle.around(center, *self.sizes[node])
        note = self._note_breadth(self.boxes[node])
        return replace(area, low=area.low - note)

    def _place_series(self, series: Series) -> _Placement:
        placement = _Placement()
        previous: Part | None = None
        for part in series.parts:
            inner = self._place(part)
            if previous is not None:
                placement.length += self._gap(previous, part)
            placement.take(inner, placement.length, 0)
            placement.length += inner.length
            previous = part
        return placement

    def _place_parallel(self, parallel: Parallel) -> _Placement:
        inner = [self._place(part) for part in parallel.parts]
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
        labels = [
            arrow.label
            for arrow in self.scene.arrows
            if arrow.source == before and arrow.label and not arrow.arc
        ]
        if not labels:
            return _GAP
        return max(_LABEL_GAP, self._label_size(labels[-1])[0] + 8)

    # Arcs

    def _route(self, placement: _Placement) -> None:
        """Route the arrows that need an arc beside the boxes between their ends."""
        rectangles = self._rectangles(placement)
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
        """Whether every direct way would run through a box."""
        ends = (arrow.source, arrow.target)
        others = [area for node, area in rectangles.items() if node not in ends]
        path = self._direct(rectangles[ends[0]], rectangles[ends[1]], others)
        return _is_hit(path, others)

    def _direct(
        self, source: Rectangle, target: Rectangle, others: Sequence[Rectangle]
    ) -> list[Point]:
        """A curve along the flow: bent all the way, at its beginning or at its end.

        The first of these that runs through none of ``others`` is taken, else the first.
        """
        start = Point(source.end, (source.low + source.high) / 2)
        end = self._entry(source, target)
        paths = [s_curve(start, end)]
        if end.along - start.along > 1.6 * _FAN:
            early = Point(start.along + _FAN, end.across)
            late = Point(end.along - _FAN, start.across)
            bent_early = [*s_curve(start, early), *straight(early, end)[1:]]
            bent_late = [*straight(start, late), *s_curve(late, end)[1:]]
            paths = [bent_early, bent_late, *paths]
        return next((path for path in paths if not _is_hit(path, others)), paths[0])

    def _entry(self, source: Rectangle, target: Rectangle) -> Point:
        """Where an arrow from ``source`` arrives: leaning to the side it comes from."""
        middle = (target.low + target.high) / 2
        offset = (source.low + source.high) / 2 - middle
        if target.high - target.low <= CIRCLE:
            radius = (target.high - target.low) / 2
            lean = max(-0.8, min(0.8, offset / 60))
            along = (target.start + target.end) / 2 - radius * (1 - lean * lean) ** 0.5
            return Point(along, middle + radius * lean)
        spread = (target.high - target.low) * 0.3
        return Point(target.start, middle + max(-spread, min(spread, offset * 0.25)))

    # Columns

    def _wrap(self, placement: _Placement) -> list[_Column]:
        """Move what is too long for the page to columns side by side."""
        rectangles = self._rectangles(placement)
        limit = _PAGE_HEIGHT - _MARGIN if self.direction.is_vertical else _PAGE_WIDTH
        cuts = choose_cuts(
            find_cuts(rectangles, ((arrow.source, arrow.target) for arrow in self.scene.arrows)),
            placement.length,
            limit,
            lambda cut: self.boxes[cut.before].stage != self.boxes[cut.after].stage,
        )
        edges = [float("-inf"), *(cut.along for cut in cuts), float("inf")]
        columns: list[_Column] = []
        across = 0.0
        for position, (start, end) in enumerate(itertools.pairwise(edges)):
            cut = cuts[position - 1] if position else None
            nodes = frozenset(node for node, area in rectangles.items() if start < area.start < end)
            column = _Column(nodes, self._covered(nodes, placement), cut, rectangles)
            if columns:
                room = self._bracket_breadth(nodes)
                across = columns[-1].high + 2 * _GUTTER + room - column.low
            else:
                across = 0.0
            column.move(_ENTRY - column.start if cut else -column.start, across)
            self._move(placement, column)
            columns.append(column)
        return columns

    def _covered(self, nodes: Collection[str], placement: _Placement) -> list[Rectangle]:
        """What ``nodes``, the notes beside them and the arcs that end there cover."""
        areas = [self._area(node, placement.centers[node]) for node in nodes]
        for arc in placement.arcs.values():
            if arc.target in nodes:
                areas += arc.areas()
        return areas

    def _move(self, placement: _Placement, column: _Column) -> None:
        along, across = column.moved
        for node in column.nodes:
            placement.centers[node] = placement.centers[node].moved(along, across)
        for index, arc in placement.arcs.items():
            if arc.target not in column.nodes:
                continue
            moved = arc.moved(along, across)
            if arc.source not in column.nodes:
                # The tensor comes over the gutter: the arc leaves its line above the column.
                moved = replace(moved, start=column.junction)
            placement.arcs[index] = moved

    def _turns(
        self, columns: Sequence[_Column], placement: _Placement
    ) -> Iterable[tuple[Point, ...]]:
        """The lines that lead from the end of each column to the beginning of the next."""
        areas = self._rectangles(placement)
        for column, following in itertools.pairwise(columns):
            if following.cut:
                source = areas[following.cut.before]
                middle, gutter = (source.low + source.high) / 2, column.high + _GUTTER
                top = following.junction.along - 8
                corners = [
                    Point(source.end, middle),
                    Point(source.end + 9, middle),
                    Point(source.end + 9, gutter),
                    Point(top, gutter),
                    Point(top, following.axis),
                    following.junction,
                ]
                yield tuple(rounded_path(corners, 6))

    # Arrows

    def _rectangles(self, placement: _Placement) -> dict[str, Rectangle]:
        return {
            node: Rectangle.around(center, *self.sizes[node])
            for node, center in placement.centers.items()
        }

    def _arrow(self, index: int, placement: _Placement, columns: Sequence[_Column]) -> PlacedArrow:
        arrow = self.scene.arrows[index]
        arc = placement.arcs.get(index)
        if arc:
            text = None
            if arrow.arc and arrow.label:
                text = PlacedText(arrow.label, arc.label_center(), self.theme.detail_size)
            return PlacedArrow(arrow, tuple(arc.path()), text)
        areas = self._rectangles(placement)
        ends = (arrow.source, arrow.target)
        others = [area for node, area in areas.items() if node not in ends]
        source = areas[arrow.source]
        for column in columns:
            if column.cut and arrow.target in column.nodes and arrow.source not in column.nodes:
                along, across = column.junction
                source = Rectangle(along, along, across, across)
        path = self._direct(source, areas[arrow.target], others)
        return PlacedArrow(arrow, tuple(path), self._shape_text(index, path))

    def _shape_text(self, index: int, path: Sequence[Point]) -> PlacedText | None:
        """The shape that an arrow carries, on that side of it where no other curve runs."""
        arrow = self.scene.arrows[index]
        leaving = [other for other in self.scene.arrows if other.source == arrow.source]
        fan = [other for other in leaving if not other.arc]
        if not arrow.label or arrow.arc or arrow is not fan[-1]:
            return None
        length, breadth = self._label_size(arrow.label)
        start, end = path[0], path[-1]
        side = 1.0
        if abs(start.across - end.across) < 1:
            along = (start.along + end.along - 4) / 2
        elif len(fan) > 1:
            # The last of several branches: beyond its tip.
            along, start = end.along - length / 2 - 2, end.moved(0, 2)
        else:
            along = start.along + length / 2 + 2
            side = -1.0 if end.across > start.across else 1.0
        center = Point(along, start.across + side * (breadth / 2 + 4))
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

    def _bracket_breadth(self, nodes: Collection[str]) -> float:
        """Room that the brackets beside ``nodes`` take."""
        stages = Counter(self.boxes[node].stage for node in nodes)
        breadths = [
            self._label_size(text)[1]
            for stage, number in stages.items()
            if stage and number > 1
            for text in (self.groups[stage].label, self.groups[stage].detail)
        ]
        return max(breadths) + 12 if breadths else 0.0

    def _brackets(self, boxes: Sequence[PlacedBox], column: _Column) -> Iterable[Bracket]:
        """One bracket for each stage of which at least two boxes are in ``column``."""
        spans: dict[str, list[Rectangle]] = {}
        for placed in boxes:
            if placed.box.stage and placed.box.id in column.nodes:
                spans.setdefault(placed.box.stage, []).append(placed.rectangle)
        # All brackets stand on one line, so that they read as a column of their own.
        across = column.low - 8
        for stage, areas in spans.items():
            if len(areas) < 2:
                continue
            start, end = min(area.start for area in areas), max(area.end for area in areas)
            group = self.groups[stage]
            texts = self._bracket_texts(
                [group.label, group.detail], Point((start + end) / 2, across - 4)
            )
            yield Bracket(stage, (Point(start, across), Point(end, across)), tuple(texts))

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
        turns: Sequence[Sequence[Point]],
    ) -> Rectangle:
        texts = [*notes, *(text for bracket in brackets for text in bracket.texts)]
        texts += [arrow.label for arrow in arrows if arrow.label]
        areas = [placed.rectangle for placed in boxes]
        areas += [bounds(path) for path in (*(arrow.path for arrow in arrows), *turns)]
        areas += [Rectangle.around(text.center, *self._label_size(text.text)) for text in texts]
        return Rectangle(
            min((area.start for area in areas), default=0.0),
            max((area.end for area in areas), default=0.0),
            min((area.low for area in areas), default=0.0),
            max((area.high for area in areas), default=0.0),
        )


def _is_hit(path: Sequence[Point], areas: Iterable[Rectangle]) -> bool:
    """Whether a Bézier path comes closer than 2 points to one of ``areas``."""
    near = bounds(path).grown(2)
    close = [area.grown(2) for area in areas if area.overlaps(near)]
    return bool(close) and any(
        area.start < point.along < area.end and area.low < point.across < area.high
        for point in sample(path)
        for area in close
    )
