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
