"""Tables in files: keys of CSV, exact cells, and cells that are escaped."""

from __future__ import annotations

import csv
import io

import pytest

from visualize.report.tables import Column, Field, Readers, Table, fill, write_table

ROWS = [("conv|1", 9408), ("fc", 513000)]
FIELDS: list[Field[tuple[str, int]]] = [
    Field(Column("name", "module"), lambda row: row[0]),
    Field(Column("new", "novel", late=True), lambda row: "new"),
    Field(Column("count", "number", title="number (k)", right=True, spare=1),
          lambda row: f"{row[1]:,}", lambda row: str(row[1])),
    Field(Column("", "", spare=2, readers=Readers.TERMINAL), lambda row: "█"),
    Field(Column("id", "key", readers=Readers.PROGRAMS), lambda row: f"0{row[0]}"),
]  # fmt: skip


def table(keys: bool = True, levels: tuple[int, ...] = ()) -> Table:
    return fill(FIELDS, ROWS, keys=keys, levels=levels, sums=frozenset({1}))


def test_csv_has_keys_and_exact_cells_and_what_is_new_at_its_end() -> None:
    lines = list(csv.reader(io.StringIO(write_table(table(), "csv"))))
    assert lines == [
        ["name", "count", "id", "new"],
        ["conv|1", "9408", "0conv|1", "new"],
        ["fc", "513000", "0fc", "new"],
    ]
    assert write_table(table(keys=False), "csv").startswith("module,number,key,novel\n")


@pytest.mark.parametrize("format_name", ["md", "latex"])
def test_what_is_for_programs_is_not_for_people(format_name: str) -> None:
    written = write_table(table(), format_name)
    assert "key" not in written
    assert "█" not in written
    assert "number (k)" in written


def test_markdown_is_escaped() -> None:
    assert "| conv\\|1 | new | 9,408 |" in write_table(table(), "md")


def test_trees_are_indented() -> None:
    assert "| &emsp;&emsp;fc |" in write_table(table(levels=(0, 2)), "md")
    assert "\n\\quad \\quad \\textbf{fc} & " in write_table(table(levels=(0, 2)), "latex")


HOSTILE = ("=1+1", "a\x1b[31m|b\nnew\r", "\ud800c", "f&amp;<b>`~$x$\\")


def hostile_table() -> Table:
    column = Field(Column("name", "module"), lambda row: str(row))
    return fill([column], HOSTILE)


def test_cells_are_one_line_without_control_characters() -> None:
    for format_name in ("md", "csv", "latex", "html"):
        written = write_table(hostile_table(), format_name)
        assert written.encode()
        assert not set("\x1b\r") & set(written)
    assert len(write_table(hostile_table(), "md").splitlines()) == 2 + len(HOSTILE)


def test_no_spreadsheet_computes_a_cell() -> None:
    lines = list(csv.reader(io.StringIO(write_table(hostile_table(), "csv"))))
    assert lines[1] == ["'=1+1"]
    assert not any(cell[0] in "=+-@" for line in lines for cell in line)


def test_markup_of_markdown_is_text() -> None:
    written = write_table(hostile_table(), "md")
    assert "| a\\[31m\\|b new  |\n" in written
    assert "| f&amp;amp;\\<b>\\`\\~\\$x\\$\\\\ |\n" in written
