"""The summary of a model: its documentation, a table, and its structure in sentences."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

from visualize.core import words
from visualize.core.architecture import TensorSpec
from visualize.core.documents import to_json
from visualize.core.quantities import giga, memory
from visualize.core.statistics import Statistics
from visualize.core.summary import Row, RowKind, Shape, Summary
from visualize.report.graph import statistics_document
from visualize.report.language import Language, load_language
from visualize.report.sentences import percent, sentences
from visualize.report.tables import Column, Field, Table, fill

SCHEMA = 1
SORTS = ("parameters", "macs", "memory")
_BAR = 8  # characters
_EIGHTHS = " ▏▎▍▌▋▊▉"
_LINE = 100


def write_summary(
    summary: Summary,
    format_name: str,
    *,
    language: str = "en",
    sort: str = "",
    width: int | None = None,
) -> str:
    """A summary in one of `TABLE_FORMATS`.

    Args:
        language: one of `LANGUAGES`.
        sort: one of `SORTS`, to list what has the most of it first and leave sums out.
        width: columns of the terminal that a table is made for; None for as wide as it needs.
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
    title = f"{summary.name} ({summary.class_name})"
    about = [summary.documentation] if summary.documentation else []
    if summary.published:
        names = ", ".join(summary.published)
        about.append(catalogue.gettext("Weights: {names}").format(names=names))
    if summary.weights:
        of_values = catalogue.gettext("Statistics of the weights {name}")
        about.append(of_values.format(name=summary.weights))
    told = sentences(summary, catalogue)
    if format_name == "md":
        paragraphs = "".join(f"{paragraph}\n\n" for paragraph in [f"# {title}", *about])
        return f"{paragraphs}{table}\n" + "".join(f"- {sentence}\n" for sentence in told)
    paragraphs = "".join(_wrapped(paragraph) for paragraph in [title, *about])
    return paragraphs + table + "".join(_wrapped(sentence) for sentence in told)


def _wrapped(text: str) -> str:
    """A paragraph in lines of a readable length, which characters of double width fill sooner."""
    from rich.console import Console
    from rich.text import Text

    lines = Text(text).wrap(Console(width=_LINE), _LINE - 2)
    return "\n  ".join(line.plain.rstrip() for line in lines) + "\n"


def _table(summary: Summary, rows: tuple[Row, ...], language: Language) -> Table:
    totals = frozenset(index for index, row in enumerate(rows) if row.kind is RowKind.TOTAL)
    return fill(_fields(summary, language), rows, sums=totals)


def _fields(summary: Summary, language: Language) -> list[Field[Row]]:
    gettext, total = language.gettext, summary.total
    parts = [row.parameters for row in summary.rows[:-1] if row.kind is not RowKind.TOTAL]
    most = max(parts, default=0)

    def bar(row: Row) -> str:
        return "" if row.kind is RowKind.TOTAL or not most else _bar(row.parameters / most)

    def frozen(row: Row) -> str:
        some = total.parameters > total.trainable_parameters
        return str(row.parameters - row.trainable_parameters) if some else ""

    return [
        Field(Column(gettext("layer")), lambda row: row.name),
        Field(Column(gettext("description")), lambda row: _description(row, language)),
        Field(Column(gettext("weight"), spare=3), lambda row: _tuple(row.weight)),
        Field(Column(gettext("input"), spare=6), lambda row: _shapes(row.inputs, summary.batch)),
        Field(Column(gettext("output"), spare=2), lambda row: _shapes(row.outputs, summary.batch)),
        Field(Column(gettext("parameters"), right=True), lambda row: str(row.parameters)),
        Field(Column(gettext("frozen"), right=True, spare=1), frozen),
        Field(
            Column(gettext("parameters %"), right=True),
            lambda row: _share(row.parameters, total.parameters),
            lambda row: _exact_share(row.parameters, total.parameters),
        ),
        Field(Column("", spare=7, picture=True), bar),
        Field(
            Column(gettext("MACs"), right=True, spare=1),
            lambda row: giga(row.macs),
            lambda row: str(row.macs),
        ),
        Field(
            Column(gettext("MACs %"), right=True, spare=1),
            lambda row: _share(row.macs, total.macs),
            lambda row: _exact_share(row.macs, total.macs),
        ),
        Field(
            Column(gettext("activations"), right=True, spare=4),
            lambda row: memory(row.memory),
            lambda row: str(row.memory),
        ),
        Field(
            Column(gettext("receptive field"), right=True, spare=5),
            lambda row: _receptive_field(row, language),
        ),
        *(_statistics(language) if total.statistics else ()),
    ]


def _statistics(language: Language) -> list[Field[Row]]:
    """Columns for the values of weights, which were asked for and stay where others go."""
    gettext = language.gettext

    def field(head: str, told: Callable[[Statistics], float], form: str = ".3g") -> Field[Row]:
        return Field(
            Column(head, right=True),
            lambda row: f"{told(row.statistics):{form}}" if row.statistics else "",
            lambda row: repr(told(row.statistics)) if row.statistics else "",
        )

    return [
        field(gettext("mean"), lambda values: values.mean),
        field(gettext("deviation"), lambda values: values.deviation),
        field(gettext("norm"), lambda values: values.norm, ".4g"),
        field(gettext("zeros %"), lambda values: 100 * values.sparsity, ".1f"),
    ]


def _share(part: int, whole: int) -> str:
    return percent(part, whole).removesuffix(" %")


def _exact_share(part: int, whole: int) -> str:
    return repr(100 * part / whole if whole else 0.0)


def _description(row: Row, language: Language) -> str:
    """``7×7 conv, 64, /2``, or ``BasicBlock, projection shortcut`` for a closed module."""
    if row.kind is RowKind.TOTAL:
        return row.type or row.words
    words = [row.words or row.type]
    if row.kind is RowKind.BLOCK:
        words = [row.type or row.words, *_skips(row, language)]
    if row.kind is RowKind.UNUSED:
        unused = language.gettext("never used: {modules}").format(modules=row.words)
        words = [unused if row.words else language.gettext("never used")]
    if row.calls > 1:
        words.append(language.gettext("{number} calls").format(number=row.calls))
    if row.shares:
        words.append(language.gettext("tied to {names}").format(names=", ".join(row.shares)))
    return language.gettext(", ").join(word for word in words if word)


def _skips(row: Row, language: Language) -> list[str]:
    """The skip connections of a block: ``projection shortcut``, or how many of each kind."""
    gettext, numbers = language.gettext, row.skips
    if set(numbers.values()) == {1}:  # of one of each kind the numbers say nothing
        single = {
            "identity": gettext("identity shortcut"),
            "projection": gettext("projection shortcut"),
            "concat": gettext("concat"),
            "gate": gettext("gate"),
        }
        return [word for kind, word in single.items() if kind in numbers]
    identity, projection, concat, gate = (
        numbers.get(kind, 0) for kind in ("identity", "projection", "concat", "gate")
    )
    ngettext = language.ngettext
    several = [
        (identity, ngettext("{number} identity shortcut", "{number} identity shortcuts", identity)),
        (
            projection,
            ngettext("{number} projection shortcut", "{number} projection shortcuts", projection),
        ),
        (concat, ngettext("{number} concat", "{number} concats", concat)),
        (gate, ngettext("{number} gate", "{number} gates", gate)),
    ]
    return [told.format(number=number) for number, told in several if number]


def _shapes(shapes: tuple[Shape, ...], batch: int) -> str:
    """The first of some shapes without the batch, and how many more there are."""
    if not shapes:
        return ""
    more = f" +{len(shapes) - 1}" if len(shapes) > 1 else ""
    return words.shape(TensorSpec(shapes[0]), batch) + more


def _tuple(shape: Shape) -> str:
    return str(tuple(shape)) if shape else ""


def _bar(share: float) -> str:
    """A bar of up to `_BAR` characters."""
    eighths = math.ceil(share * _BAR * 8)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()


def _receptive_field(row: Row, language: Language) -> str:
    if row.receptive_field is None:
        return ""
    if math.inf in row.receptive_field:
        return language.gettext("all")
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
    return {**plain, "kind": row.kind.value}
