"""The columns of the table: what they are called, and what they say of a row."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from visualize.core.architecture import TensorSpec
from visualize.core.choices import SummaryColumn
from visualize.core.statistics import Statistics
from visualize.core.summary import Row, RowKind, Summary
from visualize.report.language import Language
from visualize.report.quantities import joined, shape_words
from visualize.report.summary.cells import amount, tuple_words, values
from visualize.report.summary.description import description
from visualize.report.summary.on_request import columns_on_request
from visualize.report.tables import Column, Field, Readers
from visualize.report.units import Unit

_BAR = 8  # characters
_EIGHTHS = " ▏▎▍▌▋▊▉"
_ALL = "all"  # in CSV, the receptive field that covers the input


def columns(
    summary: Summary, rows: Sequence[Row], language: Language
) -> dict[SummaryColumn, Field[Row]]:
    """All columns by their names, in their order.

    Args:
        summary: the model.
        rows: the rows that are shown, of which the largest decides on the unit of a column.
        language: of the headings.
    """
    total = summary.total
    made = {
        **_names(summary, language),
        **_tensors(total, language),
        **_sizes(summary, rows, language),
        **_costs(summary, rows, language),
        **_statistics(language),
        SummaryColumn.PATH: Field(
            Column("path", language.gettext("path"), readers=Readers.PROGRAMS),
            lambda row: row.path,
        ),
        SummaryColumn.PEAK: _memory(
            Column(
                "peak",
                language.gettext("inference peak"),
                right=True,
                late=True,
                spare=9,
                readers=Readers.PROGRAMS,
            ),
            lambda row: row.peak,
            rows,
            language,
            summary.batch,
        ),
        **columns_on_request(summary, rows, language),
    }
    return {
        name: replace(
            field, column=replace(field.column, name=name.value), text=_text_of(made[name])
        )
        for name, field in ((name, made[name]) for name in SummaryColumn)
    }


def _text_of(field: Field[Row]) -> Callable[[Row], str]:
    """Cells for people: a layer that failed has no numbers."""
    if not field.column.right:
        return field.text
    return lambda row: "" if row.failed else field.text(row)


def _names(summary: Summary, language: Language) -> dict[SummaryColumn, Field[Row]]:
    gettext = language.gettext
    return {
        SummaryColumn.LAYER: Field(Column("layer", gettext("layer")), lambda row: row.name),
        SummaryColumn.DESCRIPTION: Field(
            Column("description", gettext("description"), spare=4, essential=True),
            lambda row: description(row, language, stopped=summary.failed),
        ),
    }


def _tensors(total: Row, language: Language) -> dict[SummaryColumn, Field[Row]]:
    gettext = language.gettext

    def shapes(several: tuple[TensorSpec, ...]) -> str:
        return _shapes(several, language)

    return {
        SummaryColumn.WEIGHT: Field(
            Column("weight", gettext("weight shape"), spare=8), lambda row: tuple_words(row.weight)
        ),
        SummaryColumn.DTYPE: Field(
            Column("dtype", gettext("dtype"), spare=6, late=True),
            lambda row: joined(list(row.dtypes), language),
            informs=len(total.dtypes) > 1,
        ),
        SummaryColumn.INPUT: Field(
            Column("input", gettext("input"), spare=11), lambda row: shapes(row.inputs)
        ),
        SummaryColumn.OUTPUT: Field(
            Column("output", gettext("output"), spare=2, essential=True),
            lambda row: shapes(row.outputs),
        ),
    }


def _sizes(
    summary: Summary, rows: Sequence[Row], language: Language
) -> dict[SummaryColumn, Field[Row]]:
    gettext, total = language.gettext, summary.total
    return {
        SummaryColumn.PARAMETERS: Field(
            Column("parameters", gettext("parameters"), right=True),
            lambda row: f"{row.parameters:,}",
            lambda row: str(row.parameters),
        ),
        SummaryColumn.FROZEN: Field(
            Column("frozen", gettext("frozen"), right=True, spare=5),
            lambda row: f"{_frozen(row):,}",
            lambda row: str(_frozen(row)),
            informs=_frozen(total) > 0,
        ),
        SummaryColumn.BYTES: replace(
            amount(
                Column("bytes", gettext("size"), right=True, spare=6, late=True),
                lambda row: row.bytes,
                Unit.of(values(rows, lambda row: row.bytes), "B"),
                language,
            ),
            informs=len(total.dtypes) > 1,
        ),
        SummaryColumn.PARAMETERS_SHARE: _share(
            Column("parameters %", gettext("parameters (%)"), right=True, spare=7),
            lambda row: row.parameters,
            total,
        ),
        SummaryColumn.BAR: Field(Column("", "", spare=12, readers=Readers.TERMINAL), _bars(rows)),
    }


def _costs(
    summary: Summary, rows: Sequence[Row], language: Language
) -> dict[SummaryColumn, Field[Row]]:
    gettext, total, batch = language.gettext, summary.total, summary.batch
    return {
        SummaryColumn.MACS: amount(
            Column("MACs", gettext("MACs"), right=True, spare=1, essential=True),
            lambda row: row.macs,
            Unit.of(values(rows, lambda row: row.macs)),
            language,
            batch,
        ),
        SummaryColumn.MACS_SHARE: _share(
            Column("MACs %", gettext("MACs (%)"), right=True, spare=7),
            lambda row: row.macs,
            total,
        ),
        SummaryColumn.ACTIVATIONS: _memory(
            Column("activations", gettext("saved for backward"), right=True, spare=9),
            lambda row: row.memory,
            rows,
            language,
            batch,
        ),
        SummaryColumn.RECEPTIVE_FIELD: Field(
            Column("receptive field", gettext("receptive field"), right=True, spare=10),
            lambda row: _receptive_field(row, gettext("global")),
            lambda row: _receptive_field(row, _ALL),
        ),
    }


def _statistics(language: Language) -> dict[SummaryColumn, Field[Row]]:
    """Columns for the values of weights, which stay in a narrow terminal where others go."""
    gettext = language.gettext
    norm = language.pgettext("of weights", "L2 norm")

    def field(
        key: str,
        head: str,
        value: Callable[[Statistics], float],
        form: str = ".3g",
        shown: Callable[[Statistics], float] | None = None,
    ) -> Field[Row]:
        text = shown or value
        return Field(
            Column(key, head, right=True, spare=3, essential=True),
            lambda row: f"{text(row.statistics):{form}}" if row.statistics else "",
            lambda row: repr(value(row.statistics)) if row.statistics else "",
        )

    return {
        SummaryColumn.MEAN: field("mean", gettext("mean"), lambda of: of.mean),
        SummaryColumn.DEVIATION: field("deviation", gettext("std"), lambda of: of.deviation),
        SummaryColumn.NORM: field("norm", norm, lambda of: of.norm, ".4g"),
        SummaryColumn.ZEROS: field(
            "zeros %",
            gettext("zeros (%)"),
            lambda of: 100 * of.sparsity,
            ".1f",
            shown=lambda of: 100 * of.pruned,
        ),
    }


def _memory(
    column: Column,
    value: Callable[[Row], int | None],
    rows: Sequence[Row],
    language: Language,
    batch: int,
) -> Field[Row]:
    """Bytes of activations, empty where they were not measured or nothing is saved."""
    field = amount(
        column,
        lambda row: value(row) or 0,
        Unit.of(values(rows, lambda row: value(row) or 0), "B"),
        language,
        batch,
    )
    measured = any(value(row) for row in rows)
    return field if measured else replace(field, text=lambda row: "", exact=None)


def _share(column: Column, value: Callable[[Row], int], total: Row) -> Field[Row]:
    """The share of each row in the total, in percent."""
    whole = value(total)
    return Field(
        column,
        lambda row: _percent(value(row), whole),
        lambda row: repr(100 * value(row) / whole if whole else 0.0),
        informs=whole > 0,
    )


def _percent(part: int, whole: int) -> str:
    """A share with one decimal; what is too small for it is no zero."""
    if not part or not whole:
        return "0"
    text = f"{100 * part / whole:.1f}"
    return "<0.1" if text == "0.0" else text


def _frozen(row: Row) -> int:
    return row.parameters - row.trainable_parameters


def _bars(rows: Sequence[Row]) -> Callable[[Row], str]:
    """Bars of the parameters of each row but sums; the longest is that of the largest."""
    most = max((row.parameters for row in rows if row.kind is not RowKind.TOTAL), default=0)
    return lambda row: "" if row.kind is RowKind.TOTAL or not most else _bar(row.parameters / most)


def _shapes(tensors: tuple[TensorSpec, ...], language: Language) -> str:
    """The first of some shapes without the batch, and how many more there are."""
    if not tensors:
        return ""
    more = f" +{len(tensors) - 1}" if len(tensors) > 1 else ""
    return shape_words(tensors[0], language) + more


def _bar(share: float) -> str:
    """A bar of up to `_BAR` characters."""
    eighths = math.ceil(share * _BAR * 8)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()


def _receptive_field(row: Row, everything: str) -> str:
    """``435``, or ``1×9`` where axes differ; a word where it is all of the input."""
    field = row.receptive_field
    if not field:
        return ""
    sizes = [everything if size == math.inf else f"{size:g}" for size in field]
    return sizes[0] if len(set(sizes)) == 1 else "×".join(sizes)
