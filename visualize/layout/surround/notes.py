"""Notes beside merges: what was fused into them.

      ReLU (+)◀──      ──▶(+) ReLU      ReLU
                                     ──▶(+)◀──

A note is on that side of its circle where no line runs, or else above or below the line.
"""

from __future__ import annotations

from collections.abc import Iterator

from visualize.core.geometry import Point, Rectangle
from visualize.core.layout import PlacedBox, PlacedNote
from visualize.layout.clutter import Clutter, Thing, borders, things
from visualize.layout.drawing import Drawing
from visualize.layout.sizes import Sizes


def place_notes(drawing: Drawing, sizes: Sizes) -> tuple[PlacedNote, ...]:
    """What was fused into each merge of ``drawing``, beside its circle."""
    noted = [placed for placed in drawing.boxes if sizes.note(placed.box)]
    if not noted:
        return ()
    clutter = Clutter(sizes.spacing.label)
    clutter.add(Thing(placed.rectangle) for placed in drawing.boxes)
    clutter.add(thing for leg in drawing.legs for thing in things(leg, sizes))
    clutter.add(Thing(border) for frame in drawing.frames for border in borders(frame.rectangle))
    notes: list[PlacedNote] = []
    for placed in noted:
        note = _note(placed, clutter, sizes)
        clutter.add([Thing(_area(note, note.center, sizes))])
        notes.append(note)
    return tuple(notes)


def _note(placed: PlacedBox, clutter: Clutter, sizes: Sizes) -> PlacedNote:
    """The note of a merge at the first place that is free, or at the usual one if none is."""
    text = sizes.note(placed.box)
    first, *others = _places(placed, text, sizes)
    note = PlacedNote(text, first, sizes.theme.detail_size, placed.box.id)
    free = (at for at in (first, *others) if clutter.is_free(_area(note, at, sizes)))
    return PlacedNote(text, next(free, first), note.size, note.box)


def _places(placed: PlacedBox, text: str, sizes: Sizes) -> Iterator[Point]:
    length, breadth = sizes.label(text)
    across = placed.breadth / 2 + sizes.spacing.box.note + breadth / 2
    along = length / 2 + sizes.spacing.label.away
    for back in (0, -along, along):
        for side in (-across, across):
            yield placed.center.moved(back, side)


def _area(note: PlacedNote, center: Point, sizes: Sizes) -> Rectangle:
    return Rectangle.around(center, *sizes.text(note.text, note.size))
