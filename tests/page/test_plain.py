"""What is drawn, as plain data."""

from __future__ import annotations

from visualize.core.page import Area
from visualize.core.palette import Paint, PaintedStroke, PaintedTint
from visualize.core.theme import LineStyle
from visualize.export.picture import Facing, Part, Text
from visualize.page.plain import Plain, Table, area, path, rounded, runs

DAY, NIGHT = Paint("#000000", "#ffffff"), Paint("#123456", "#654321")


def test_a_table_has_each_thing_once() -> None:
    table = Table()
    assert [table.place(one) for one in "abab"] == [0, 1, 0, 1]
    assert table.place("c", ["row"]) == 2
    assert table.rows == ["a", "b", ["row"]]


def test_colours_tints_and_strokes_are_places_in_tables() -> None:
    plain = Plain("Fira Sans")
    assert (plain.color(DAY), plain.color(NIGHT), plain.color(DAY)) == (0, 1, 0)
    assert plain.tint(PaintedTint(DAY, NIGHT, DAY)) == 0
    assert plain.tints.rows == [[0, 1, 0]]
    assert plain.stroke(PaintedStroke(NIGHT, LineStyle.DOUBLE, 1.5)) == 0
    assert plain.strokes.rows[0] == {"color": 1, "width": 1.5, "dashes": [], "strands": 2}


def test_a_text_is_anchored_where_it_faces_what_it_belongs_to() -> None:
    plain = Plain("Fira Sans")
    text = Text("3×3", (10.0, 20.0), 9.0, 8.0, DAY, Part.ARROW, Facing.LEFT)
    word, x, y, size, color, anchor, width = plain.text(text)
    assert (word, x, size, color, anchor, width) == ("3×3", 6, 9.0, 0, "start", 8)
    assert 20 < y < 25
    assert plain.text(text, inherited=DAY)[4] is None
    assert plain.characters == set("3×")


def test_numbers_have_few_digits() -> None:
    assert rounded(1.0, 2.004, 3.456) == [1, 2.0, 3.46]
    assert path([(0.0, 1.0), (2.5, 3.0)]) == [0, 1, 2.5, 3]
    assert area(Area(1.0, 2.0, 4.0, 8.0)) == [1, 2, 3, 6]
    assert runs([]) == []
