"""Which columns a table has."""

from __future__ import annotations

from visualize.report.tables import Column, Field, Readers, Table, fill

ROWS = [("conv|1", 9408), ("fc", 513000)]
FIELDS: list[Field[tuple[str, int]]] = [
    Field(Column("name", "module", name="name"), lambda row: row[0]),
    Field(Column("count", "number", name="count", right=True, spare=1), lambda row: f"{row[1]:,}",
          lambda row: str(row[1])),
    Field(Column("", "", name="bar", spare=2, readers=Readers.TERMINAL), lambda row: "█"),
    Field(Column("id", "key", name="id", readers=Readers.PROGRAMS), lambda row: f"0{row[0]}"),
    Field(Column("note", "remark", name="note", spare=1), lambda row: ""),
    Field(Column("kind", "type", name="kind"), lambda row: "layer", informs=False),
]  # fmt: skip


def heads(table: Table) -> list[str]:
    return [column.head for column in table.columns]


def test_a_column_that_is_empty_or_does_not_inform_is_left_out() -> None:
    assert heads(fill(FIELDS, ROWS)) == ["module", "number", "", "key"]


def test_columns_that_are_chosen_come_in_that_order_for_all_readers() -> None:
    table = fill(FIELDS, ROWS, chosen=["kind", "id", "note", "name"])
    assert heads(table) == ["type", "key", "remark", "module"]
    for readers in Readers:
        assert heads(table.for_readers(readers)) == heads(table)
    assert table.rows[1] == ["layer", "0fc", "", "fc"]
    assert all(column.essential for column in table.columns)


def test_columns_are_for_some_readers() -> None:
    table = fill(FIELDS, ROWS)
    assert heads(table.for_readers(Readers.ALL)) == ["module", "number"]
    assert heads(table.for_readers(Readers.TERMINAL)) == ["module", "number", ""]
    assert heads(table.for_readers(Readers.PROGRAMS)) == ["module", "number", "key"]
