"""Notes are beside their merges, where no line runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.layouts import THEME, scene
from visualize.core.choices import Direction
from visualize.core.geometry import Rectangle
from visualize.core.layout import Layout
from visualize.layout import lay_out


def test_a_note_is_beside_its_merge() -> None:
    drawn = scene([("a", "+"), ("b", "+")])
    boxes = (*drawn.boxes[:2], replace(drawn.boxes[2], label=("+", "ReLU")))
    layout = lay_out(replace(drawn, boxes=boxes), THEME, Direction.TB)
    (note,) = layout.notes
    merge = layout.boxes[2]
    assert (note.text, note.box) == ("ReLU", "+")
    assert note.center.along == merge.center.along
    assert note.center.across < merge.rectangle.low


def noted(edges: Sequence[tuple[str, str]], arcs: Sequence[tuple[str, str]] = ()) -> Layout:
    """A scene of which each merge has a note."""
    drawn = scene(edges, arcs)
    boxes = tuple(
        replace(box, label=("+", "ReLU")) if "+" in box.id else box for box in drawn.boxes
    )
    return lay_out(replace(drawn, boxes=boxes), THEME, Direction.TB)


CHAIN = [("a", "b"), ("b", "+"), ("+", "d"), ("d", "+2"), ("+2", "e")]


@pytest.mark.parametrize(
    ("edges", "arcs"),
    [
        (CHAIN, [("a", "+"), ("+", "+2")]),
        (CHAIN, [("a", "+"), ("a", "+2"), ("b", "+2")]),
        ([*CHAIN, ("x", "y"), ("y", "+"), ("y", "+2")], []),
        ([*CHAIN, ("x", "+"), ("y", "+"), ("x", "+2")], [("a", "+2")]),
        ([("x", "+"), ("y", "z"), ("z", "+"), ("+", "w"), ("z", "w")], [("x", "w")]),
    ],
)
def test_no_line_runs_through_a_note(
    edges: Sequence[tuple[str, str]], arcs: Sequence[tuple[str, str]]
) -> None:
    layout = noted(edges, arcs)
    merges = {placed.box.id: placed.rectangle for placed in layout.boxes if "+" in placed.box.id}
    assert {note.box for note in layout.notes} == set(merges)
    for note in layout.notes:
        area = Rectangle.around(note.center, note.size, 3 * note.size)
        assert not any(
            area.holds(point) for arrow in layout.arrows for point in arrow.route.sample(64)
        )
        assert area.overlaps(merges[note.box].grown(2 * note.size))
