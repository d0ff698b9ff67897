"""Labels: one that would lie on something else moves along its arrow, or is left out.

│ 64×56×56        The places beside an arrow are tried from its beginning on,
│                 to the left and to the right; the first one free is taken.
┌───▼───┐
│ box   │
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from visualize.core.geometry import Point, Rectangle, bounds, sample, without_head
from visualize.core.grid import Grid
from visualize.core.layout import Layout, PlacedText
from visualize.core.route import Route
from visualize.layout.legs import Leg
from visualize.layout.measure import Measure

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
    """Move the labels of ``legs`` that lie on a box, a text or an arrow to a free place.

    Tried are places on both sides of their own arrow, from its beginning on. Where none is free
    the label is left out: the tooltip of the arrow has the same text.
    """
    clutter = _Clutter(_fixed(layout, measure))
    for leg in legs:
        for path in _strokes(leg, measure):
            clutter.add_path(path)
    for turn in turns:
        clutter.add_path(turn.curves())
    labels = {
        number: _Thing(_area(leg.label, leg.label.center, measure))
        for number, leg in enumerate(legs)
        if leg.label
    }
    for thing in labels.values():
        clutter.add(thing)
    settled: list[Leg] = []
    for number, leg in enumerate(legs):
        if not leg.label or clutter.is_free(labels[number].area, labels[number]):
            settled.append(leg)
            continue
        clutter.remove(labels[number])
        label = _settled(leg, leg.label, clutter, measure)
        if label:
            clutter.add(_Thing(_area(label, label.center, measure)))
        settled.append(replace(leg, label=label))
    return settled


def _strokes(leg: Leg, measure: Measure) -> Iterator[Sequence[Point]]:
    """The lines that ``leg`` is drawn with: a double one has one on each side of its route."""
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
    for point in itertools.chain(leg.route.sample(12), [leg.route.end]):
        for side in (1, -1):
            yield point.moved(0, side * (breadth / 2 + _AWAY))
            yield point.moved(length / 2 + _AWAY, side * (breadth / 2 + _AWAY))


def _area(label: PlacedText, center: Point, measure: Measure) -> Rectangle:
    return Rectangle.around(center, *measure.text(label.text, label.size)).grown(-_BLANK / 2)


def _fixed(layout: Layout, measure: Measure) -> Iterator[Rectangle]:
    """What labels must keep clear of in addition to arrows."""
    for box in layout.boxes:
        yield box.rectangle
    texts: list[PlacedText] = [*layout.notes]
    texts += [text for frame in layout.frames for text in frame.texts]
    texts += [text for bracket in layout.brackets for text in bracket.texts]
    for text in texts:
        yield _area(text, text.center, measure)


@dataclass(eq=False, slots=True)
class _Thing:
    """Something that a label must not cover: an area, or a curve within it.

    Attributes:
        area: all that it covers, or what its curve lies in.
        curve: the control points of a cubic Bézier curve.
        points: close together on the curve, once a label comes near it.
    """

    area: Rectangle
    curve: Sequence[Point] = ()
    points: list[Point] = field(default_factory=list)

    def is_in(self, area: Rectangle) -> bool:
        """Whether some of it lies in ``area``, which overlaps its own."""
        if not self.curve:
            return True
        if not self.points:
            length = sum(math.dist(*ends) for ends in itertools.pairwise(self.curve))
            self.points = list(sample(self.curve, max(2, math.ceil(length / _STEP))))
        return any(area.holds(point) for point in self.points)


class _Clutter:
    """All that labels must keep clear of."""

    def __init__(self, areas: Iterable[Rectangle]) -> None:
        self._things: Grid[_Thing] = Grid()
        for area in areas:
            self.add(_Thing(area))

    def add(self, thing: _Thing) -> None:
        self._things.add(thing.area, thing)

    def remove(self, thing: _Thing) -> None:
        self._things.remove(thing.area, thing)

    def add_path(self, path: Sequence[Point]) -> None:
        """Add a cubic Bézier path: a straight part covers all of its area."""
        for place in range(0, len(path) - 1, 3):
            curve = path[place : place + 4]
            reach = bounds(curve)
            straight = min(reach.end - reach.start, reach.high - reach.low) < _STRAIGHT
            self.add(_Thing(reach) if straight else _Thing(reach, curve))

    def is_free(self, area: Rectangle, itself: _Thing | None = None) -> bool:
        """Whether nothing but ``itself`` lies in ``area``."""
        return not any(
            thing is not itself and thing.is_in(area) for _, thing in self._things.overlapping(area)
        )
