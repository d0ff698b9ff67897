"""Settling: a label that would stand on something else moves along its arrow, or is left out."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from visualize.core.geometry import Point, Rectangle, bounds, sample, without_head
from visualize.core.layout import Layout, PlacedText
from visualize.core.route import Route
from visualize.layout.legs import Leg
from visualize.layout.measure import Measure

_CELL = 36.0
_STEP = 1.5
_STRAIGHT = 0.01
_AWAY = 3.5
# Between the two lines of a double one, as Graphviz draws them.
_APART = 2.0
# What a label may share with another thing and still be clear of it: the blank in its line.
_BLANK = 1.2


def settle_labels(
    layout: Layout, legs: Sequence[Leg], turns: Sequence[Route], measure: Measure
) -> list[Leg]:
    """Move the labels of arrows that stand on a box, a text or an arrow to a free place.

    Tried are places on both sides of their own arrow, from its beginning on. Where none is free
    the label is left out: the tooltip of the arrow says the same.
    """
    clutter = _Clutter()
    for area in _fixed(layout, measure):
        clutter.add_area(area)
    for leg in legs:
        for path in _strokes(leg, measure):
            clutter.add_path(path)
    for turn in turns:
        clutter.add_path(turn.curves())
    settled: list[Leg] = []
    labels = {
        number: _area(leg.label, leg.label.center, measure)
        for number, leg in enumerate(legs)
        if leg.label
    }
    for area in labels.values():
        clutter.add_area(area)
    for number, leg in enumerate(legs):
        if not leg.label or clutter.is_free(labels[number]):
            settled.append(leg)
            continue
        clutter.remove_area(labels[number])
        label = _settled(leg, leg.label, clutter, measure)
        if label:
            clutter.add_area(_area(label, label.center, measure))
        settled.append(replace(leg, label=label))
    return settled


def _strokes(leg: Leg, measure: Measure) -> Iterator[Sequence[Point]]:
    """The lines that ``leg`` is drawn with: a double one has one on each side of its path."""
    path = leg.route.curves()
    path = without_head(path) if leg.head else path
    kind = leg.arrow.skip
    if kind and measure.theme.skips[kind].style == "double":
        for along, across in itertools.product((-_APART / 2, _APART / 2), repeat=2):
            yield [point.moved(along, across) for point in path]
    else:
        yield path


def _settled(leg: Leg, label: PlacedText, clutter: _Clutter, measure: Measure) -> PlacedText | None:
    """``label`` at the first free place beside ``leg``."""
    for center in _places(leg, label, measure):
        if clutter.is_free(_area(label, center, measure)):
            return replace(label, center=center)
    return None


def _places(leg: Leg, label: PlacedText, measure: Measure) -> Iterator[Point]:
    length, breadth = measure.text(label.text, label.size)
    yield label.center
    for point in (*leg.route.sample(12), leg.route.end):
        for side in (1, -1):
            yield point.moved(0, side * (breadth / 2 + _AWAY))
            yield point.moved(length / 2 + _AWAY, side * (breadth / 2 + _AWAY))


def _area(label: PlacedText, center: Point, measure: Measure) -> Rectangle:
    return Rectangle.around(center, *measure.text(label.text, label.size)).grown(-_BLANK / 2)


def _fixed(layout: Layout, measure: Measure) -> Iterator[Rectangle]:
    """What labels must keep clear of besides arrows."""
    for box in layout.boxes:
        yield box.rectangle
    texts: list[PlacedText] = [*layout.notes]
    texts += [text for frame in layout.frames for text in frame.texts]
    texts += [text for bracket in layout.brackets for text in bracket.texts]
    for text in texts:
        yield _area(text, text.center, measure)


class _Clutter:
    """Areas, lines and points of curves, found again by the cell of a grid in which they lie."""

    def __init__(self) -> None:
        self.areas: dict[tuple[int, int], list[Rectangle]] = defaultdict(list)
        self.lines: dict[tuple[int, int], list[Rectangle]] = defaultdict(list)
        self.points: dict[tuple[int, int], list[Point]] = defaultdict(list)

    def add_area(self, area: Rectangle) -> None:
        for cell in _cells(area):
            self.areas[cell].append(area)

    def remove_area(self, area: Rectangle) -> None:
        for cell in _cells(area):
            self.areas[cell].remove(area)

    def add_path(self, path: Sequence[Point]) -> None:
        """Add a cubic Bézier path: a straight part as a line, a curve as points close together."""
        for place in range(0, len(path) - 1, 3):
            curve = path[place : place + 4]
            reach = bounds(curve)
            if min(reach.end - reach.start, reach.high - reach.low) < _STRAIGHT:
                for cell in _cells(reach):
                    self.lines[cell].append(reach)
                continue
            length = sum(math.dist(*ends) for ends in itertools.pairwise(curve))
            for point in sample(curve, max(2, math.ceil(length / _STEP))):
                self.points[int(point.along // _CELL), int(point.across // _CELL)].append(point)

    def is_free(self, area: Rectangle) -> bool:
        """Whether nothing else lies in ``area``."""
        return not any(
            self._overlapped(cell, area) or self._pierced(cell, area) for cell in _cells(area)
        )

    def _overlapped(self, cell: tuple[int, int], area: Rectangle) -> bool:
        others: Sequence[Rectangle] = self.areas.get(cell, ())
        return any(other is not area and other.overlaps(area) for other in others)

    def _pierced(self, cell: tuple[int, int], area: Rectangle) -> bool:
        return any(area.holds(point) for point in self.points.get(cell, ())) or any(
            line.overlaps(area) for line in self.lines.get(cell, ())
        )


def _cells(area: Rectangle) -> Iterator[tuple[int, int]]:
    for along in range(int(area.start // _CELL), int(area.end // _CELL) + 1):
        for across in range(int(area.low // _CELL), int(area.high // _CELL) + 1):
            yield along, across
