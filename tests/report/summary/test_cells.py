"""Cells that columns share."""

from __future__ import annotations

from visualize.core.summary import Row, RowKind
from visualize.report.language import load_language
from visualize.report.summary.cells import amount, tuple_words, values
from visualize.report.tables import Column
from visualize.report.units import Unit

ROWS = (
    Row("a", RowKind.LAYER, macs=1500),
    Row("b", RowKind.BLOCK, macs=500),
    Row("TOTAL", RowKind.TOTAL, macs=2000),
)


def test_sums_do_not_decide_on_the_unit() -> None:
    assert values(ROWS, lambda row: row.macs) == [1500, 500]
    assert values(ROWS[2:], lambda row: row.macs) == [2000]


def test_amounts_have_their_unit_in_the_heading() -> None:
    unit, language = Unit.of([1500]), load_language("en")
    field = amount(Column("MACs", "MACs"), lambda row: row.macs, unit, language, batch=8)
    assert field.column.heading == "MACs (k, batch 8)"
    assert [field.text(row) for row in ROWS] == ["1.500", "0.500", "2.000"]
    assert field.exact is not None
    assert [field.exact(row) for row in ROWS] == ["1500", "500", "2000"]


def test_shapes_are_tuples() -> None:
    assert (tuple_words((64,)), tuple_words(())) == ("(64,)", "")
