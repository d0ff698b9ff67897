"""Cells that several columns of the summary share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from visualize.core.summary import Row, RowKind, Shape
from visualize.report.language import Language
from visualize.report.quantities import titled
from visualize.report.tables import Column, Field
from visualize.report.units import Unit


def values(rows: Sequence[Row], value: Callable[[Row], int]) -> list[int]:
    """A number of each row that is no sum, or of the sum if there is nothing else."""
    parts = [value(row) for row in rows if row.kind is not RowKind.TOTAL]
    return parts or [value(row) for row in rows]


def amount(
    column: Column, value: Callable[[Row], int], unit: Unit, language: Language, batch: int = 1
) -> Field[Row]:
    """Numbers in one unit, which their heading has, and the batch that they are for."""
    return Field(
        replace(column, title=titled(column.head, unit.name, batch, language)),
        lambda row: unit.write(value(row)),
        lambda row: str(value(row)),
    )


def tuple_words(shape: Shape) -> str:
    """A shape as code has it; empty for none."""
    return str(tuple(shape)) if shape else ""
