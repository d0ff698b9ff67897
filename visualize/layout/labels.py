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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from visualize.core.geometry import Point, Rectangle
from visualize.core.layout import PlacedBox, PlacedFrame, PlacedText
from visualize.core.route import Route
from visualize.layout.clutter import Clutter, Thing, along, borders, things
from visualize.layout.links import Leg
from visualize.layout.sizes import Sizes


def settle_labels(
    legs: Sequence[Leg],
    turns: Iterable[Route],
    boxes: Iterable[PlacedBox],
    texts: Iterable[PlacedText],
    sizes: Sizes,
    frames: Iterable[PlacedFrame] = (),
) -> list[Leg]:
    """Move the labels of ``legs`` that lie on a box, border, text or arrow to a free place.

    Places on both sides of its own arrow are tried, from its beginning on. If none is free, the
    label is left out: the tooltip of the arrow has the same text.

    Args:
        legs: all arrows.
        turns: lines between columns, and those beside closed boxes.
        boxes: what labels keep clear of, as they do of all arrows.
        texts: other texts, which they keep clear of as well.
        sizes: those of texts.
        frames: frames whose borders they keep clear of.
    """
    clutter = Clutter(sizes.spacing.label)
    clutter.add(Thing(box.rectangle) for box in boxes)
    clutter.add(Thing(border) for frame in frames for border in borders(frame.rectangle))
    clutter.add(Thing(_area(text, text.center, sizes)) for text in texts)
    clutter.add(thing for leg in legs for thing in things(leg, sizes))
    clutter.add(thing for turn in turns for thing in along(turn.curves()))
    labels = {
        number: Thing(_area(leg.label, leg.label.center, sizes))
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
            clutter.add([Thing(_area(label, label.center, sizes))])
        settled.append(replace(leg, label=label))
    return settled


def _settled(leg: Leg, label: PlacedText, clutter: Clutter, sizes: Sizes) -> PlacedText | None:
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
