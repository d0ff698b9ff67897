"""Tables: columns that are dropped, keys of CSV, and cells that are escaped."""

from __future__ import annotations

import csv
import io

from visualize.report.tables import Column, Field, Readers, Table, fill

ROWS = [("conv|1", 9408), ("fc", 513000)]
FIELDS: list[Field[tuple[str, int]]] = [
    Field(Column("name", "module"), lambda row: row[0]),
    Field(Column("count", "number", right=True, spare=1), lambda row: f"{row[1]:,}",
          lambda row: str(row[1])),
    Field(Column("", "", spare=2, readers=Readers.TERMINAL), lambda row: "█"),
    Field(Column("id", "key", readers=Readers.PROGRAMS), lambda row: f"0{row[0]}"),
    Field(Column("note", "remark", spare=1), lambda row: ""),
]  # fmt: skip


def table(keys: bool = True) -> Table:
    return fill(FIELDS, ROWS, keys=keys)


def test_a_column_that_is_empty_is_dropped() -> None:
    assert [column.head for column in table().columns] == ["module", "number", "", "key"]


def test_csv_has_keys_and_exact_cells_and_no_pictures() -> None:
    lines = list(csv.reader(io.StringIO(table().write("csv"))))
    assert lines == [
        ["name", "count", "id"], ["conv|1", "9408", "0conv|1"], ["fc", "513000", "0fc"],
    ]  # fmt: skip
    assert table(keys=False).write("csv").startswith("module,number,key\n")


def test_what_is_for_programs_is_only_in_csv() -> None:
    for format_name in ("table", "md", "latex"):
        assert "key" not in table().write(format_name)
        assert "module" in table().write(format_name)


def test_markdown_is_escaped() -> None:
    assert "| conv\\|1 | 9,408 |" in table().write("md")


def test_a_narrow_terminal_drops_the_least_important_first() -> None:
    wide = table().write("table")
    assert "█" in wide
    assert "9,408" in wide
    assert "█" not in table().write("table", 22)
    narrow = table().write("table", 10)
    assert "9,408" not in narrow
    assert "conv|1" in narrow
