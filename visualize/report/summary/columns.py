"""The columns of the table: what they are called, and what they say of a row."""

from __future__ import annotations

import math
from collections.abc import Callable

from visualize.core.architecture import TensorSpec
from visualize.core.quantities import giga, memory
from visualize.core.statistics import Statistics
from visualize.core.summary import Row, RowKind, Shape, Summary
from visualize.report.language import Language
from visualize.report.quantities import percent, shape_words
from visualize.report.summary.description import description
from visualize.report.tables import Column, Field, Readers

_BAR = 8  # characters
_EIGHTHS = " ▏▎▍▌▋▊▉"
_ALL = "all"  # in CSV, the receptive field that covers the input


def columns(summary: Summary, language: Language) -> list[Field[Row]]:
    """All columns, in their order."""
    gettext, total = language.gettext, summary.total

    def shapes(several: tuple[TensorSpec, ...]) -> str:
        return _shapes(several, language)

    def frozen(row: Row) -> str:
        some = total.parameters > total.trainable_parameters
        return str(row.parameters - row.trainable_parameters) if some else ""

    return [
        Field(Column("layer", gettext("layer")), lambda row: row.name),
        Field(
            Column("description", gettext("description")), lambda row: description(row, language)
        ),
        Field(Column("weight", gettext("weight shape"), spare=3), lambda row: _tuple(row.weight)),
        Field(Column("input", gettext("input"), spare=6), lambda row: shapes(row.inputs)),
        Field(Column("output", gettext("output"), spare=2), lambda row: shapes(row.outputs)),
        _number("parameters", gettext("parameters"), 0, lambda row: str(row.parameters)),
        _number("frozen", gettext("frozen"), 1, frozen),
        _percent("parameters %", gettext("parameters (%)"), 0, lambda row: row.parameters, total),
        Field(Column("", "", spare=7, readers=Readers.TERMINAL), _bars(summary)),
        _number("MACs", gettext("MACs"), 1, lambda row: giga(row.macs), lambda row: str(row.macs)),
        _percent("MACs %", gettext("MACs (%)"), 1, lambda row: row.macs, total),
        _number(
            "activations",
            gettext("activation memory"),
            4,
            lambda row: memory(row.memory),
            lambda row: str(row.memory),
        ),
        _number(
            "receptive field",
            gettext("receptive field"),
            5,
            lambda row: _receptive_field(row, gettext("global")),
            lambda row: _receptive_field(row, _ALL),
        ),
        *(_statistics(language) if total.statistics else ()),
        Field(Column("path", gettext("path"), readers=Readers.PROGRAMS), lambda row: row.path),
    ]


def _number(
    key: str, head: str, spare: int, text: Callable[[Row], str],
    exact: Callable[[Row], str] | None = None,
) -> Field[Row]:  # fmt: skip
    return Field(Column(key, head, right=True, spare=spare), text, exact)


def _percent(
    key: str, head: str, spare: int, value: Callable[[Row], int], total: Row
) -> Field[Row]:
    """The share of each row in the total."""
    whole = value(total)
    return _number(
        key,
        head,
        spare,
        lambda row: percent(value(row), whole).removesuffix(" %"),
        lambda row: repr(100 * value(row) / whole if whole else 0.0),
    )


def _bars(summary: Summary) -> Callable[[Row], str]:
    """Bars of the parameters of each row but sums; the longest is that of the largest."""
    parts = [row.parameters for row in summary.rows[:-1] if row.kind is not RowKind.TOTAL]
    most = max(parts, default=0)
    return lambda row: "" if row.kind is RowKind.TOTAL or not most else _bar(row.parameters / most)


def _statistics(language: Language) -> list[Field[Row]]:
    """Columns for the values of weights, which stay in a narrow terminal where others go."""
    gettext = language.gettext

    def field(
        key: str, head: str, value: Callable[[Statistics], float], form: str = ".3g"
    ) -> Field[Row]:
        return Field(
            Column(key, head, right=True),
            lambda row: f"{value(row.statistics):{form}}" if row.statistics else "",
            lambda row: repr(value(row.statistics)) if row.statistics else "",
        )

    return [
        field("mean", gettext("mean"), lambda values: values.mean),
        field("deviation", gettext("std"), lambda values: values.deviation),
        field("norm", gettext("L2 norm"), lambda values: values.norm, ".4g"),
        field("zeros %", gettext("zeros (%)"), lambda values: 100 * values.sparsity, ".1f"),
    ]


def _shapes(tensors: tuple[TensorSpec, ...], language: Language) -> str:
    """The first of some shapes without the batch, and how many more there are."""
    if not tensors:
        return ""
    more = f" +{len(tensors) - 1}" if len(tensors) > 1 else ""
    return shape_words(tensors[0], language) + more


def _tuple(shape: Shape) -> str:
    return str(tuple(shape)) if shape else ""


def _bar(share: float) -> str:
    """A bar of up to `_BAR` characters."""
    eighths = math.ceil(share * _BAR * 8)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()


def _receptive_field(row: Row, everything: str) -> str:
    if row.receptive_field is None:
        return ""
    if math.inf in row.receptive_field:
        return everything
    sizes = [f"{size:g}" for size in row.receptive_field]
    return sizes[0] if len(set(sizes)) == 1 else "×".join(sizes)
