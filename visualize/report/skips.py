"""The skip connections of a model as a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from visualize.core.quantities import giga
from visualize.core.summary import SkipRow
from visualize.report.graph import skip_document
from visualize.report.language import Language, load_language
from visualize.report.sentences import kind_words
from visualize.report.tables import Column, Field, fill


def write_skips(
    name: str,
    rows: Sequence[SkipRow],
    format_name: str,
    *,
    language: str = "en",
    width: int | None = None,
) -> str:
    """The skip connections of the model ``name`` in one of `TABLE_FORMATS`.

    Args:
        language: one of `LANGUAGES`.
        width: columns of the terminal that a table is made for; None for as wide as it needs.
    """
    catalogue = load_language(language)
    if format_name == "json":
        return json.dumps([_document(row) for row in rows], ensure_ascii=False, indent=1) + "\n"
    if format_name == "table" and not rows:
        return catalogue.gettext("No skip connections of {name} to list").format(name=name) + "\n"
    title = catalogue.gettext("Skip connections of {name}").format(name=name)
    table = fill(_fields(catalogue), rows, title=title).write(format_name, width)
    return table + (_totals(rows, catalogue) if format_name == "table" else "")


def _fields(language: Language) -> list[Field[SkipRow]]:
    gettext = language.gettext
    words = kind_words(language)

    def kind(row: SkipRow) -> str:
        told = words[row.skip.kind.value]
        return gettext("{kind}, long").format(kind=told) if row.skip.long else told

    return [
        Field(Column(gettext("kind")), kind, _exact_kind),
        Field(Column(gettext("from")), lambda row: row.skip.fork),
        Field(Column(gettext("to")), lambda row: row.skip.merge),
        Field(Column(gettext("module"), spare=2), lambda row: row.skip.module),
        Field(Column(gettext("shape"), spare=5), lambda row: "×".join(map(str, row.skip.shape))),
        _number(gettext("parameters"), 3, lambda row: row.skip.parameters),
        _number(gettext("bypasses"), 1, lambda row: len(row.skip.bypassed)),
        _number(gettext("bypassed layers"), 1, lambda row: row.bypassed_layers),
        _number(gettext("bypassed parameters"), 3, lambda row: row.skip.bypassed_parameters),
        Field(
            Column(gettext("bypassed MACs"), right=True, spare=3),
            lambda row: giga(row.bypassed_macs),
            lambda row: str(row.bypassed_macs),
        ),
        Field(Column(gettext("written"), spare=4), lambda row: row.source),
    ]


def _exact_kind(row: SkipRow) -> str:
    return row.skip.kind.value + (", long" if row.skip.long else "")


def _number(head: str, spare: int, value: Callable[[SkipRow], int]) -> Field[SkipRow]:
    column = Column(head, right=True, spare=spare)
    return Field(column, lambda row: f"{value(row):,}", lambda row: str(value(row)))


def _totals(rows: Sequence[SkipRow], language: Language) -> str:
    """A line for each kind: how many there are, and what their branches cost."""
    lines = []
    for kind, word in kind_words(language).items():
        found = [row for row in rows if row.skip.kind.value == kind]
        if found:
            told = language.gettext("{number:,} {kind}: {parameters:,} parameters, {macs} MACs")
            parameters = sum(row.skip.parameters for row in found)
            macs = giga(sum(row.macs for row in found))
            lines.append(
                told.format(number=len(found), kind=word, parameters=parameters, macs=macs) + "\n"
            )
    return "".join(lines)


def _document(row: SkipRow) -> dict[str, Any]:
    return {
        **skip_document(row.skip),
        "macs": row.macs,
        "bypassed_layers": row.bypassed_layers,
        "bypassed_macs": row.bypassed_macs,
        "source": row.source or None,
    }
