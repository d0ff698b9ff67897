"""Layout: places for the boxes of a scene and paths for its arrows.

The flow graph is decomposed into series and parallels, and each is placed from the inside out:
a series stands on a straight line, parallels side by side about the line. Arcs then run beside
what they bypass, the inner ones closer. A U-shaped flow is folded in the middle, one too long for
the page goes on in columns. Nothing here depends on the direction on the page but the size of
text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import networkx as nx

from visualize.render.layout.beside import brackets, brackets_breadth, notes
from visualize.render.layout.columns import Column, turns, wrap
from visualize.render.layout.connect import connect
from visualize.render.layout.flow import decompose
from visualize.render.layout.geometry import Direction, Point, Rectangle, bounds
from visualize.render.layout.measure import Measure
from visualize.render.layout.place import Placement, Placer
from visualize.render.layout.placed import (
    MARGIN,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    Layout,
    PlacedArrow,
    PlacedBox,
    PlacedText,
)
from visualize.render.layout.ushape import find_u, place_u
from visualize.render.scene import Scene
from visualize.render.themes import Theme

__all__ = ["Direction", "Layout", "lay_out"]


def lay_out(scene: Scene, theme: Theme, direction: Direction) -> Layout:
    """Place every box, arrow and label of ``scene``."""
    measure = Measure(scene, theme, direction)
    flow = nx.DiGraph()
    flow.add_nodes_from(measure.boxes)
    flow.add_edges_from((arrow.source, arrow.target) for arrow in scene.arrows if not arrow.arc)
    part = decompose(flow)
    placer = Placer(measure, flow)
    shape = find_u(part, measure)
    if shape:
        placement, columns, paths = place_u(shape, placer)
        upward = columns[1].nodes
    else:
        placement, paths, upward = placer.place(part), {}, frozenset()
        limit = PAGE_HEIGHT - MARGIN if direction.is_vertical else PAGE_WIDTH
        columns = wrap(placement, measure, limit, lambda nodes: brackets_breadth(nodes, measure))
    return _finish(measure, placement, columns, paths, upward)


def _finish(
    measure: Measure,
    placement: Placement,
    columns: list[Column],
    paths: Mapping[int, Sequence[Point]],
    upward: frozenset[str],
) -> Layout:
    """Draw the arrows between boxes that have their places, and what stands beside them."""
    areas = {node: measure.rectangle(node, at) for node, at in placement.centers.items()}
    boxes = tuple(
        PlacedBox(box, placement.centers[box.id], *measure.sizes[box.id])
        for box in measure.scene.boxes
    )
    arrows = _Arrows(measure, placement, columns, areas, upward)
    layout = Layout(
        boxes=boxes,
        arrows=tuple(
            arrows.given(index, paths[index]) if index in paths else arrows.draw(index)
            for index in range(len(measure.scene.arrows))
        ),
        notes=tuple(notes(boxes, measure)),
        brackets=tuple(
            bracket for column in columns for bracket in brackets(boxes, column, measure)
        ),
        turns=tuple(turns(columns, areas)),
    )
    return _with_extent(layout, measure)


class _Arrows:
    """Paths and labels of arrows, once all boxes have their places."""

    def __init__(
        self,
        measure: Measure,
        placement: Placement,
        columns: Sequence[Column],
        areas: Mapping[str, Rectangle],
        upward: frozenset[str],
    ) -> None:
        self.measure = measure
        self.arcs = placement.arcs
        self.columns = columns
        self.areas = areas
        self.upward = upward
        leaving: dict[str, list[int]] = {}
        for index, arrow in enumerate(measure.scene.arrows):
            if not arrow.arc:
                leaving.setdefault(arrow.source, []).append(index)
        self.leaving = leaving

    def given(self, index: int, path: Sequence[Point]) -> PlacedArrow:
        """An arrow whose path is known; its label stands on the middle of a straight one."""
        arrow = self.measure.scene.arrows[index]
        label = None
        if arrow.label:
            length, breadth = self.measure.label(arrow.label)
            start, end = path[0], path[-1]
            if arrow.arc:
                middle = Point(start.along - length / 2 - 2, (start.across + end.across) / 2)
                label = self._text(arrow.label, middle)
            elif abs(path[1].across - start.across) < 0.01:
                label = self._text(arrow.label, start.moved(length / 2 + 3, -(breadth / 2 + 4)))
            else:
                label = self._text(arrow.label, end.moved(length / 2 + 5, breadth / 2 + 4))
        return PlacedArrow(arrow, tuple(path), label)

    def draw(self, index: int) -> PlacedArrow:
        """An arc, or a direct arrow."""
        arrow = self.measure.scene.arrows[index]
        arc = self.arcs.get(index)
        if arc:
            label = arrow.arc and arrow.label
            text = self._text(arrow.label, arc.label_center()) if label else None
            return PlacedArrow(arrow, tuple(arc.path()), text)
        ends = (arrow.source, arrow.target)
        others = [area for node, area in self.areas.items() if node not in ends]
        source, target = self._source(index), self.areas[arrow.target]
        if arrow.target in self.upward:
            turned = [_turned(area) for area in (source, target, *others)]
            path = [
                Point(-along, across)
                for along, across in connect(turned[0], turned[1], turned[2:])[0]
            ]
        else:
            path = connect(source, target, others)[0]
        return PlacedArrow(arrow, tuple(path), self._shape(index, path))

    def _source(self, index: int) -> Rectangle:
        """The box an arrow leaves, or the point where its tensor enters another column."""
        arrow = self.measure.scene.arrows[index]
        for column in self.columns:
            if column.source and arrow.target in column.nodes and arrow.source not in column.nodes:
                along, across = column.junction
                return Rectangle(along, along, across, across)
        return self.areas[arrow.source]

    def _shape(self, index: int, path: Sequence[Point]) -> PlacedText | None:
        """The shape that an arrow carries, on that side of it where no other curve runs."""
        arrow = self.measure.scene.arrows[index]
        fan = self.leaving[arrow.source]
        if not arrow.label or index != fan[-1]:
            return None
        length, breadth = self.measure.label(arrow.label)
        start, end = path[0], path[-1]
        forward = 1 if end.along >= start.along else -1
        offset = breadth / 2 + 4
        if abs(start.across - end.across) < 1:
            return self._text(
                arrow.label,
                Point((start.along + end.along - 4 * forward) / 2, start.across + offset),
            )
        if len(fan) > 1:
            # The last of several branches: beyond its tip.
            return self._text(arrow.label, end.moved(-forward * (length / 2 + 2), offset + 2))
        side = -1 if end.across > start.across else 1
        return self._text(arrow.label, start.moved(forward * (length / 2 + 2), side * offset))

    def _text(self, text: str, center: Point) -> PlacedText:
        return PlacedText(text, center, self.measure.theme.detail_size)


def _turned(area: Rectangle) -> Rectangle:
    return Rectangle(-area.end, -area.start, area.low, area.high)


def _with_extent(layout: Layout, measure: Measure) -> Layout:
    texts = [*layout.notes, *(text for bracket in layout.brackets for text in bracket.texts)]
    texts += [arrow.label for arrow in layout.arrows if arrow.label]
    areas = [placed.rectangle for placed in layout.boxes]
    areas += [bounds(path) for path in (*(arrow.path for arrow in layout.arrows), *layout.turns)]
    areas += [Rectangle.around(text.center, *measure.label(text.text)) for text in texts]
    extent = Rectangle(
        min((area.start for area in areas), default=0.0),
        max((area.end for area in areas), default=0.0),
        min((area.low for area in areas), default=0.0),
        max((area.high for area in areas), default=0.0),
    )
    return replace(layout, extent=extent)
