"""Sizes of boxes and gaps follow their texts."""

from __future__ import annotations

from dataclasses import replace

from tests.layouts import THEME, figure_sizes, scene, sizes_of
from visualize.core.choices import Direction
from visualize.core.fonts import text_width
from visualize.core.geometry import Point, Rectangle
from visualize.layout.densities import NARROW, ROOMY, SLIM
from visualize.layout.order import Parallel
from visualize.layout.units import BoxUnit, EntryPort, ExitPort

a, b = BoxUnit("a"), BoxUnit("b")


def test_most_boxes_are_as_wide_as_the_widest() -> None:
    drawn = scene([("a", "b"), ("b", "+")])
    boxes = (replace(drawn.boxes[0], label=("a rather long label of a box",)), *drawn.boxes[1:])
    drawn = replace(drawn, boxes=boxes)
    sizes = sizes_of(drawn)
    wide, narrow, circle = (sizes.extents[node].area for node in "ab+")
    assert wide.high == narrow.high > ROOMY.box.narrowest / 2
    assert circle == Rectangle(-6.5, 6.5, -6.5, 6.5)
    uneven = sizes_of(drawn, NARROW)
    assert uneven.extents["a"].area.high > uneven.extents["b"].area.high
    across = sizes_of(drawn, direction=Direction.LR).extents["a"].area
    assert (across.end, across.high) == (wide.high, wide.end)


def test_a_gap_has_room_for_its_label() -> None:
    drawn = scene([("a", "b")])
    assert figure_sizes(drawn).gap(a, b) == ROOMY.gap
    labelled = replace(drawn, arrows=(replace(drawn.arrows[0], label="64×56×56"),))
    assert figure_sizes(labelled).gap(a, b) >= ROOMY.label_gap
    assert figure_sizes(drawn).gap(a, Parallel((a, b))) == ROOMY.fan


def test_ports_have_the_room_of_their_frame() -> None:
    sizes = figure_sizes(scene([("a", "b")]))
    sizes.entry_room, sizes.exit_room = 30.0, 9.0
    assert sizes.gap(EntryPort("f"), a) == 30
    assert sizes.gap(b, ExitPort("f")) == 9
    assert sizes.gap(EntryPort("f"), Parallel((a, b))) == 30


def test_a_note_is_part_of_what_a_merge_covers() -> None:
    drawn = scene([("a", "+")])
    merge = replace(drawn.boxes[1], label=("+", "ReLU"))
    sizes = figure_sizes(replace(drawn, boxes=(drawn.boxes[0], merge)))
    plain, covered = (one(BoxUnit("+"), Point(0, 0)) for one in (sizes.rectangle, sizes.covered))
    assert covered.low < plain.low - ROOMY.box.note
    assert sizes.is_merge(BoxUnit("+"))
    assert not sizes.is_merge(a)
    assert sizes.members([a, BoxUnit("+")]) == {"a", "+"}


def test_a_title_keeps_clear_of_letters_in_the_corner() -> None:
    drawn = scene([("a", "b")])
    long = replace(drawn.boxes[0], label=("a rather long label of a box", "small"))

    def breadth(letters: str) -> float:
        boxes = (long, *drawn.boxes[1:])
        lettered = replace(drawn, boxes=boxes, letters={"a": letters} if letters else {})
        area = sizes_of(lettered, NARROW).extents["a"].area
        return area.high - area.low

    title = text_width(long.label[0], THEME.size, THEME.font)
    for letters in ("A", "A B C"):
        room = text_width(letters, THEME.detail_size, THEME.font) + 2 * THEME.letter_inset
        assert breadth(letters) >= title + 2 * room > breadth("")
    assert breadth("A") < breadth("A B C")
    assert breadth("A") == breadth("M")


def test_what_is_wider_than_the_widest_that_cannot_be_broken_is_wrapped() -> None:
    drawn = scene([("a", "b"), ("b", "c")])
    words = "one two three four five six seven"
    labels = ((words, "small"), ("Unbreakableinanyplaceatallhere",), ("as wide, as this",))
    boxes = tuple(replace(box, label=label) for box, label in zip(drawn.boxes, labels))
    drawn = replace(drawn, boxes=boxes)
    assert sizes_of(drawn, NARROW).lines["a"] == ((words,), ("small",))
    slim = sizes_of(drawn, SLIM)
    first, small = slim.lines["a"]
    assert " ".join(first) == words
    assert small == ("small",)
    assert slim.lines["b"] == (labels[1],)
    assert slim.lines["c"] == (labels[2],)
    long, whole, _ = (slim.extents[name].area for name in "abc")
    assert long.high <= whole.high
    assert long.end > whole.end


def test_what_follows_a_name_begins_the_second_line_where_that_takes_fewer_rows() -> None:
    drawn = scene([("a", "b"), ("b", "c")])
    labels = (
        ("DecoderBlocksHere, 256", "2.4 M"),
        ("convolutionHere, 64, /2", "BN, ReLU and dropout"),
        ("convolutionwithout, 256",),
    )
    boxes = tuple(replace(box, label=label) for box, label in zip(drawn.boxes, labels))
    lines = sizes_of(replace(drawn, boxes=boxes), SLIM).lines
    assert lines["a"] == (("DecoderBlocksHere",), ("256 · 2.4 M",))
    assert lines["b"] == (("convolutionHere,", "64, /2"), ("BN, ReLU and dropout",))
    assert lines["c"] == (("convolutionwithout,", "256"),)
