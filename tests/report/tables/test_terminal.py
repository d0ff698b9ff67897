"""Tables in a terminal: what is left out, what is wrapped, and that columns are aligned."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from visualize.report.language import load_language
from visualize.report.tables import Column, Drawing, Field, draw_table, fill, left_out_note
from visualize.report.wrapping import longest_word

WORDS = "a convolution, 3×3, and a projection shortcut"
ROWS = [("encoder.layers[0].self_attention", 9408), ("fc", 513000)]
FIELDS: list[Field[tuple[str, int]]] = [
    Field(Column("name", "module", name="name"), lambda row: row[0]),
    Field(Column("words", "description", name="words", spare=2, essential=True),
          lambda row: WORDS if row[1] < 10**4 else "线性层"),
    Field(Column("count", "number of parameters", name="count", right=True, spare=1,
                 essential=True), lambda row: f"{row[1]:,}"),
    Field(Column("", "", spare=4), lambda row: "█"),
    Field(Column("shape", "shape", name="shape", spare=3), lambda row: "1024×14×14"),
]  # fmt: skip


def drawn(width: int | None) -> Drawing:
    return draw_table(fill(FIELDS, ROWS), width)


def cells(drawing: Drawing) -> list[list[str]]:
    """The cells of each line, the rule left out; what is between them is blank."""
    found = []
    for line in drawing.text.splitlines():
        if line.startswith("──"):
            assert [len(part) for part in line.split("  ")] == list(drawing.widths)
            continue
        characters = [one for each in line for one in (each, *[""] * (cell_len(each) - 1))]
        characters += [" "] * (drawing.width - len(characters))
        parts, place = [], 0
        for width in drawing.widths:
            parts.append("".join(characters[place : place + width]))
            assert "".join(characters[place + width : place + width + 2]).strip() == ""
            place += width + 2
        found.append(parts)
    return found


def test_without_a_terminal_it_is_as_wide_as_it_needs() -> None:
    table = drawn(None)
    assert len(table.text.splitlines()) == 4
    assert not table.left_out
    assert WORDS in table.text


def test_headings_wrap_before_a_column_is_left_out() -> None:
    whole = drawn(None)
    narrower = drawn(whole.width - 1)
    assert not narrower.left_out
    assert narrower.text.splitlines()[0].split() == ["number", "of"]


def test_the_most_dispensable_goes_first_and_essential_cells_wrap() -> None:
    found = [tuple(column.key for column in drawn(width).left_out) for width in range(120, 0, -1)]
    steps = [key for key, _ in itertools.groupby(found)]
    assert steps == [
        (), ("",), ("", "shape"), ("words", "", "shape"), ("words", "count", "", "shape"),
    ]  # fmt: skip
    assert "projection\n" in drawn(50).text


@pytest.mark.parametrize("width", [20, 30, 40, 50, 60, 80, 100, None])
def test_nothing_is_cut_nor_wider_than_the_terminal(width: int | None) -> None:
    table = drawn(width)
    assert max(map(cell_len, table.text.splitlines())) <= (width or 1000)
    kept = [one for one in FIELDS if one.column not in table.left_out]
    for index, one in enumerate(kept):
        whole = "".join(line[index] for line in cells(table))
        texts = [one.column.heading, *map(one.text, ROWS)]
        assert "".join(whole.split()) == "".join("".join(texts).split())
    numbers_stay = "count" in [one.column.key for one in kept]
    assert not numbers_stay or all(each in table.text for each in ("9,408", "513,000"))


@pytest.mark.parametrize("width", [50, 80, None])
def test_numbers_are_aligned_to_the_right_and_text_to_the_left(width: int | None) -> None:
    table = drawn(width)
    kept = [one.column for one in FIELDS if one.column not in table.left_out]
    for line in cells(table):
        for column, cell in zip(kept, line):
            if cell.strip():
                assert not (cell.endswith(" ") if column.right else cell.startswith(" "))


@given(
    st.lists(st.tuples(st.text("ab.[ 层", max_size=30), st.integers(0, 10**9)), min_size=1),
    st.integers(24, 120),
)
def test_any_table_fits(rows: list[tuple[str, int]], width: int) -> None:
    table = draw_table(fill(FIELDS, rows), width)
    assert max(map(cell_len, table.text.splitlines())) <= width
    if "count" not in [column.key for column in table.left_out]:
        assert all(f"{number:,}" in table.text for _, number in rows)


def test_trees_are_indented_where_they_wrap_too() -> None:
    table = draw_table(fill(FIELDS[:1], ROWS, levels=(1, 3)), 20)
    assert table.text.splitlines()[2:] == [
        "  encoder.layers[0].", "  self_attention", "      fc"
    ]  # fmt: skip


def test_what_is_left_out_is_named_if_it_has_a_name() -> None:
    english = load_language("en")
    assert left_out_note(drawn(None).left_out, english) == ""
    note = left_out_note(drawn(75).left_out, english)
    assert note == "Left out at this width: shape (use --columns, or a wider terminal)."


def test_a_word_is_not_broken_where_it_need_not() -> None:
    assert longest_word("number of parameters") == len("parameters")


def test_text_wraps_before_names_do() -> None:
    name, text = "encoder.layers.encoder_layer_11", "12 heads, MLP ratio 4, 2 identity shortcuts"
    fields = [replace(FIELDS[0], text=lambda _: name), replace(FIELDS[1], text=lambda _: text)]
    widths = {width: draw_table(fill(fields, ROWS), width).widths for width in (70, 60, 57, 50)}
    assert widths == {70: (31, 37), 60: (31, 27), 57: (31, 24), 50: (24, 24)}


def test_a_column_goes_before_its_words_are_broken() -> None:
    kind = Field(Column("type", "type", spare=3), lambda _: "ConvTranspose2d")
    table = fill([FIELDS[0], kind], ROWS)
    found = {draw_table(table, width).widths[1:] for width in range(10, 60)}
    assert found == {(), (len("ConvTranspose2d"),)}
