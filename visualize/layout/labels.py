"""Labels: one that would lie on something else moves along its arrow, or is left out.

        │ 64×56×56
        │
    ┌───▼───┐
    │  box  │

The places beside an arrow are tried from its beginning on, to the left and to the right; the first
that is free is taken.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from visualize.core.geometry import Point, Rectangle, Transform, bounds, sample, without_head
from visualize.core.grid import Grid
from visualize.core.layout import PlacedBox, PlacedText
from visualize.core.route import Route
from visualize.layout.links import Leg
from visualize.layout.sizes import Sizes
from visualize.layout.spacing import LabelSpacing

_STRAIGHT = 0.01  # what is narrower is a line
_Shifts = Sequence[tuple[float, float]]
_ITSELF: _Shifts = ((0.0, 0.0),)  # the shifts of a line that is drawn once


def settle_labels(
    legs: Sequence[Leg],
    turns: Iterable[Route],
    boxes: Iterable[PlacedBox],
    texts: Iterable[PlacedText],
    sizes: Sizes,
) -> list[Leg]:
    """Move the labels of ``legs`` that lie on a box, a text or an arrow to a free place.

    Places on both sides of its own arrow are tried, from its beginning on. If none is free, the
    label is left out: the tooltip of the arrow has the same text.

    Args:
        legs: all arrows.
        turns: lines between columns.
        boxes: what labels keep clear of, as they do of all arrows.
        texts: other texts, which they keep clear of as well.
        sizes: those of texts.
    """
    clutter = _Clutter(sizes.spacing.label)
    clutter.add(_Thing(box.rectangle) for box in boxes)
    clutter.add(_Thing(_area(text, text.center, sizes)) for text in texts)
    clutter.add(thing for leg in legs for thing in _things(leg, sizes))
    clutter.add(thing for turn in turns for thing in _along(turn.curves()))
    labels = {
        number: _Thing(_area(leg.label, leg.label.center, sizes))
        for number, leg in enumerate(legs)
        if leg.label
    }
    clutter.add(labels.values())
    settled: list[Leg] = []
    for number, leg in enumerate(legs):
        if not leg.label or clutter.is_free(labels[number].area, labels[number]):
            settled.append(leg)
            continue
        clutter.remove(labels[number])
        label = _settled(leg, leg.label, clutter, sizes)
        if label:
            clutter.add([_Thing(_area(label, label.center, sizes))])
        settled.append(replace(leg, label=label))
    return settled


def _things(leg: Leg, sizes: Sizes) -> Iterator[_Thing]:
    """What ``leg`` is drawn with: a double line is one on each side of its route."""
    path = leg.route.curves()
    path = without_head(path) if leg.link.head else path
    kind = leg.link.arrow.skip
    if kind and sizes.theme.skips[kind].style == "double":
        apart = sizes.spacing.label.double / 2
        sides = (-apart, apart)
        yield from _along(path, [(along, across) for along in sides for across in sides])
    else:
        yield from _along(path)


def _along(path: Sequence[Point], shifts: _Shifts = _ITSELF) -> Iterator[_Thing]:
    """The curves of a cubic Bézier path, drawn at all ``shifts``."""
    most = max(along for along, _ in shifts)
    for place in range(0, len(path) - 1, 3):
        curve = path[place : place + 4]
        yield _Thing(bounds(curve).grown(most), curve, shifts)


def _settled(leg: Leg, label: PlacedText, clutter: _Clutter, sizes: Sizes) -> PlacedText | None:
    """``label`` at the first place beside ``leg`` that is free, the blank in its line included."""
    for center in _places(leg, label, sizes):
        if clutter.is_free(Rectangle.around(center, *sizes.text(label.text, label.size))):
            return replace(label, center=center)
    return None


def _places(leg: Leg, label: PlacedText, sizes: Sizes) -> Iterator[Point]:
    length, breadth = sizes.text(label.text, label.size)
    away = sizes.spacing.label.away
    yield label.center
    for point in itertools.chain(leg.route.sample(12), [leg.route.end]):
        for side in (1, -1):
            yield point.moved(0, side * (breadth / 2 + away))
            yield point.moved(length / 2 + away, side * (breadth / 2 + away))


def _area(label: PlacedText, center: Point, sizes: Sizes) -> Rectangle:
    blank = sizes.spacing.label.blank
    return Rectangle.around(center, *sizes.text(label.text, label.size)).grown(-blank / 2)


@dataclass(eq=False, slots=True)
class _Thing:
    """Something that a label must not cover: an area, or a curve within it.

    Attributes:
        area: all that it covers, or what its curve lies in.
        curve: the control points of a cubic Bézier curve.
        shifts: where the curve is drawn, relative to its control points.
        points: close together on the curve, once a label comes near it.
    """

    area: Rectangle
    curve: Sequence[Point] = ()
    shifts: _Shifts = _ITSELF
    points: list[Point] = field(default_factory=list)

    def is_in(self, area: Rectangle, step: float) -> bool:
        """Whether some of it lies in ``area``, which overlaps its own.

        A straight part is its bounding box. A curve is tested at points that are a ``step`` apart.
        """
        return not self.curve or any(
            self._is_drawn_in(area.transformed(Transform(-along, -across)), step)
            for along, across in self.shifts
        )

    def _is_drawn_in(self, area: Rectangle, step: float) -> bool:
        reach = bounds(self.curve)
        if min(reach.end - reach.start, reach.high - reach.low) < _STRAIGHT:
            return reach.overlaps(area)
        if not self.points:
            length = sum(math.dist(*ends) for ends in itertools.pairwise(self.curve))
            self.points = list(sample(self.curve, max(2, math.ceil(length / step))))
        return any(area.holds(point) for point in self.points)


class _Clutter:
    """All that labels must keep clear of."""

    def __init__(self, room: LabelSpacing) -> None:
        self.room = room
        self._things: Grid[_Thing] = Grid()

    def add(self, things: Iterable[_Thing]) -> None:
        for thing in things:
            self._things.add(thing.area, thing)

    def remove(self, thing: _Thing) -> None:
        self._things.remove(thing.area, thing)

    def is_free(self, area: Rectangle, itself: _Thing | None = None) -> bool:
        """Whether nothing but ``itself`` lies in ``area``."""
        return not any(
            thing is not itself and thing.is_in(area, self.room.sample)
            for _, thing in self._things.overlapping(area)
        )
