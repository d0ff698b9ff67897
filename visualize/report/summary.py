"""The summary of a model: its documentation, a table, and its structure in sentences."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Any

from visualize.core.architecture import TensorSpec
from visualize.core.documents import to_json
from visualize.core.module_path import spelled
from visualize.core.quantities import giga, memory
from visualize.core.statistics import Statistics
from visualize.core.summary import Part, Row, RowKind, Shape, Summary
from visualize.report.graph import statistics_document
from visualize.report.kinds import connections, shortcut_words
from visualize.report.language import Language, is_english, load_language
from visualize.report.quantities import joined, percent, shape_words
from visualize.report.sentences import sentences
from visualize.report.tables import Column, Field, Readers, Table, fill
from visualize.report.wrapping import wrap

SCHEMA = 1
_BAR = 8  # characters
_EIGHTHS = " ▏▎▍▌▋▊▉"
_LINE = 98  # columns
_ALL = "all"  # in CSV, the receptive field that covers the input


def write_summary(
    summary: Summary,
    format_name: str,
    *,
    language: str = "en",
    sort: str = "",
    width: int | None = None,
) -> str:
    """A summary in one of the formats of `TableFormat`.

    Args:
        language: one of `LANGUAGES`.
        sort: rows by this column, a `Sort`, largest first and without sums; in order if empty.
        width: columns of the terminal; None for as wide as the table needs.
    """
    catalogue = load_language(language)
    rows = summary.rows
    if sort:
        parts = [row for row in rows if row.kind is not RowKind.TOTAL]
        rows = (*sorted(parts, key=lambda row: -getattr(row, sort)), rows[-1])
    if format_name == "json":
        return to_json(_document(summary, rows, catalogue)).decode()
    table = _table(summary, rows, catalogue).write(format_name, width)
    if format_name in ("csv", "latex"):
        return table
    heading = [_title(summary, catalogue), *_about(summary, catalogue)]
    written = sentences(summary, catalogue)
    if format_name == "md":
        paragraphs = "".join(f"{paragraph}\n\n" for paragraph in [f"# {heading[0]}", *heading[1:]])
        return f"{paragraphs}{table}\n" + "".join(f"- {sentence}\n" for sentence in written)
    return "".join(map(_wrapped, heading)) + table + "".join(map(_wrapped, written))


def _title(summary: Summary, language: Language) -> str:
    title = language.gettext("{name} ({class_name})")
    return title.format(name=summary.name, class_name=summary.class_name)


def _about(summary: Summary, language: Language) -> list[str]:
    """What the model is, and which weights it has."""
    about = [summary.documentation] if summary.documentation else []
    if summary.published:
        names = ", ".join(summary.published)
        about.append(language.gettext("Published weights: {names}").format(names=names))
    if summary.weights:
        statistics = language.gettext("Weight statistics from: {name}")
        about.append(statistics.format(name=summary.weights))
    return about


def _wrapped(text: str) -> str:
    return "\n  ".join(wrap(text, _LINE)) + "\n"


def _table(summary: Summary, rows: tuple[Row, ...], language: Language) -> Table:
    totals = frozenset(index for index, row in enumerate(rows) if row.kind is RowKind.TOTAL)
    return fill(_fields(summary, language), rows, sums=totals, keys=is_english(language))


def _fields(summary: Summary, language: Language) -> list[Field[Row]]:
    gettext, total = language.gettext, summary.total

    def shapes(several: tuple[TensorSpec, ...]) -> str:
        return _shapes(several, language)

    def frozen(row: Row) -> str:
        some = total.parameters > total.trainable_parameters
        return str(row.parameters - row.trainable_parameters) if some else ""

    return [
        Field(Column("layer", gettext("layer")), lambda row: row.name),
        Field(
            Column("description", gettext("description")), lambda row: _description(row, language)
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


def _description(row: Row, language: Language) -> str:
    """``7×7 conv, 64, /2``, or ``BasicBlock, projection shortcut`` for a collapsed module."""
    operation = row.words.write(language)
    if row.kind is RowKind.TOTAL:
        return _sum(row, operation, language)
    words = [operation or row.type]
    if row.kind is RowKind.BLOCK:
        words = [row.type or operation, joined(_skips(row, language), language)]
    if row.kind is RowKind.UNUSED:
        unused = language.gettext("never used: {modules}").format(modules=operation)
        words = [unused if operation else language.gettext("never used")]
    if row.calls > 1:
        words.append(language.gettext("{number} calls").format(number=row.calls))
    if row.shares:
        names = joined([spelled(name) for name in row.shares], language)
        words.append(language.gettext("tied to {names}").format(names=names))
    return language.pgettext("between clauses", ", ").join(word for word in words if word)


def _sum(row: Row, operation: str, language: Language) -> str:
    """The class of an expanded module and its equal parts; the class of the model."""
    gettext = language.gettext
    if not row.path:
        total = language.pgettext("description of TOTAL", "{class_name}")
        return total.format(class_name=row.type)
    if row.type and operation:
        return gettext("{class_name} ({parts})").format(class_name=row.type, parts=operation)
    return row.type or operation


def _skips(row: Row, language: Language) -> list[str]:
    """The skip connections of a block: ``projection shortcut``, or how many of each kind."""
    numbers = row.skips
    if set(numbers.values()) == {1}:
        return [word for kind, word in shortcut_words(language).items() if kind in numbers]
    kinds = [kind for kind in shortcut_words(language) if numbers.get(kind)]
    return [connections(kind, numbers[kind], language) for kind in kinds]


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


def _document(summary: Summary, rows: tuple[Row, ...], language: Language) -> dict[str, Any]:
    facts = dataclasses.asdict(summary.facts)
    paths = summary.facts.paths
    return {
        "schema": SCHEMA,
        "name": summary.name,
        "class": summary.class_name,
        "documentation": summary.documentation,
        "weights": list(summary.published),
        "statistics_of": summary.weights or None,
        "rows": [_plain_row(row) for row in rows],
        "facts": {
            **facts,
            "parts": [_plain_part(part) for part in summary.facts.parts],
            "depth": paths.longest,
            "paths": {
                "number": paths.number,
                "shortest": paths.shortest,
                "longest": paths.longest,
                "lengths": {str(length): number for length, number in sorted(paths.counts.items())},
            },
        },
        "sentences": sentences(summary, language),
        "notes": list(summary.notes),
    }


def _plain_row(row: Row) -> dict[str, Any]:
    plain = dataclasses.asdict(row)
    if row.receptive_field is not None:
        plain["receptive_field"] = [
            None if size == math.inf else size for size in row.receptive_field
        ]
    if row.statistics:
        plain["statistics"] = statistics_document(row.statistics)
    plain |= {"inputs": _plain_shapes(row.inputs), "outputs": _plain_shapes(row.outputs)}
    return {**plain, "kind": row.kind.value, "words": str(row.words)}


def _plain_part(part: Part) -> dict[str, Any]:
    (shape,) = _plain_shapes([part.tensor])
    return {
        "shape" if name == "tensor" else name: shape if name == "tensor" else value
        for name, value in dataclasses.asdict(part).items()
    }


def _plain_shapes(tensors: Sequence[TensorSpec]) -> list[list[int]]:
    """Shapes in documents are whole, the batch included."""
    return [list(tensor.shape) for tensor in tensors]
