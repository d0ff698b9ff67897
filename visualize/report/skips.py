"""The skip connections of a model as a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from visualize.core.module_path import spelled
from visualize.core.quantities import giga
from visualize.core.summary import SkipRow
from visualize.report.graph import skip_document
from visualize.report.html import html_report
from visualize.report.kinds import connections, kind_words
from visualize.report.language import Language, is_english, load_language
from visualize.report.quantities import macs
from visualize.report.tables import Column, Field, fill


def write_skips(
    name: str,
    rows: Sequence[SkipRow],
    format_name: str,
    *,
    language: str = "en",
    width: int | None = None,
) -> str:
    """The skip connections of the model ``name`` in a format of `TableFormat`, or as ``html``.

    Args:
        language: one of `LANGUAGES`.
        width: columns of the terminal; None for as wide as the table needs.
    """
    catalogue = load_language(language)
    if format_name == "json":
        return json.dumps([_document(row) for row in rows], ensure_ascii=False, indent=1) + "\n"
    none = catalogue.gettext("{name}: no skip connections to list").format(name=name)
    if format_name == "table" and not rows:
        return f"{none}\n"
    if format_name == "html" and not rows:
        return html_report(none, [], "", [])
    title = catalogue.gettext("Skip connections of {name}").format(name=name)
    table = fill(_fields(catalogue), rows, title=title, keys=is_english(catalogue))
    written = table.write(format_name, width)
    if format_name == "html":
        return html_report(title, [], written, _totals(rows, catalogue))
    totals = _totals(rows, catalogue) if format_name == "table" else []
    return written + "".join(f"{line}\n" for line in totals)


def _fields(language: Language) -> list[Field[SkipRow]]:
    gettext = language.gettext

    def text(key: str, head: str, spare: int, value: Callable[[SkipRow], str]) -> Field[SkipRow]:
        return Field(Column(key, head, spare=spare), value)

    return [
        Field(Column("kind", gettext("kind")), lambda row: _kind(row, language), _exact_kind),
        Field(Column("from", gettext("from")), lambda row: row.start, lambda row: row.skip.fork),
        Field(Column("to", gettext("to")), lambda row: row.end, lambda row: row.skip.merge),
        Field(
            Column("module", gettext("module"), spare=2),
            lambda row: spelled(row.skip.module),
            lambda row: row.skip.module,
        ),
        text("shape", gettext("shape"), 5, lambda row: "×".join(map(str, row.skip.shape))),
        text("scale", gettext("scale"), 2, lambda row: _scale(row, language)),
        text("streams", gettext("streams"), 2, lambda row: str(row.skip.streams or "")),
        _number("parameters", gettext("parameters"), 3, lambda row: row.skip.parameters),
        _number("bypasses", gettext("bypassed operations"), 1, lambda row: len(row.skip.bypassed)),
        _number("bypassed layers", gettext("bypassed layers"), 1, lambda row: row.bypassed_layers),
        _number(
            "bypassed parameters",
            gettext("bypassed parameters"),
            3,
            lambda row: row.skip.bypassed_parameters,
        ),
        Field(
            Column("bypassed MACs", gettext("bypassed MACs"), right=True, spare=3),
            lambda row: giga(row.bypassed_macs),
            lambda row: str(row.bypassed_macs),
        ),
        text("written", gettext("source"), 4, lambda row: row.source),
    ]


def _kind(row: SkipRow, language: Language) -> str:
    kind = kind_words(language)[row.skip.kind.value]
    if row.skip.long:
        kind = language.gettext("{kind}, long").format(kind=kind)
    return kind if row.skip.gradient else language.gettext("{kind}, detached").format(kind=kind)


def _exact_kind(row: SkipRow) -> str:
    skip = row.skip
    return skip.kind.value + ", long" * skip.long + ", detached" * (not skip.gradient)


def _scale(row: SkipRow, language: Language) -> str:
    """What multiplies the branch: a number, or the word for what is no constant."""
    words = {
        "parameter": language.gettext("parameter"),
        "norm": language.pgettext("scale of a skip connection", "norm"),
        "computed": language.gettext("computed"),
    }
    return words.get(row.skip.scale, row.skip.scale)


def _number(key: str, head: str, spare: int, value: Callable[[SkipRow], int]) -> Field[SkipRow]:
    column = Column(key, head, right=True, spare=spare)
    return Field(column, lambda row: f"{value(row):,}", lambda row: str(value(row)))


def _totals(rows: Sequence[SkipRow], language: Language) -> list[str]:
    """A line for each kind: how many there are, and what their branches cost."""
    lines = []
    for kind in kind_words(language):
        found = [row for row in rows if row.skip.kind.value == kind]
        if found:
            line = language.gettext("{connections}: {parameters:,} parameters, {macs}")
            lines.append(
                line.format(
                    connections=connections(kind, len(found), language),
                    parameters=sum(row.skip.parameters for row in found),
                    macs=macs(sum(row.macs for row in found), language),
                )
            )
    return lines


def _document(row: SkipRow) -> dict[str, Any]:
    return {
        **skip_document(row.skip),
        "macs": row.macs,
        "bypassed_layers": row.bypassed_layers,
        "bypassed_macs": row.bypassed_macs,
        "source": row.source or None,
    }
