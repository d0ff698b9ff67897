"""The skip connections of a model as a table."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from visualize.core.branches import cost_of_branches
from visualize.core.choices import SkipColumn
from visualize.core.module_path import spelled
from visualize.core.summary import SkipRow
from visualize.report.graph import skip_document
from visualize.report.html import html_report
from visualize.report.kinds import connections, kind_words, with_uses
from visualize.report.language import Language, is_english, load_language
from visualize.report.quantities import macs, shape_words, titled
from visualize.report.tables import (
    Column,
    Field,
    Readers,
    draw_table,
    fill,
    left_out_note,
    write_table,
)
from visualize.report.units import Unit
from visualize.report.wrapping import paragraph, text_width


def write_skips(
    name: str,
    rows: Sequence[SkipRow],
    format_name: str,
    *,
    language: str = "en",
    chosen: Sequence[SkipColumn] = (),
    closing: str = "",
    width: int | None = None,
) -> str:
    """The skip connections of the model ``name`` in a format of `TableFormat`, or as ``html``.

    Args:
        language: one of `LANGUAGES`.
        chosen: the columns to show, in this order; by default those that inform.
        closing: a line on the whole model, below the table for people.
        width: columns of the terminal; None for as wide as the table needs.
    """
    catalogue = load_language(language)
    if format_name == "json":
        return json.dumps([_document(row) for row in rows], ensure_ascii=False, indent=1) + "\n"
    none = catalogue.gettext("{name}: no skip connections to list").format(name=name)
    if format_name == "table" and not rows:
        return f"{none}\n{closing}".rstrip("\n") + "\n"
    if format_name == "html" and not rows:
        return html_report(none, [], "", [])
    names = [column.value for column in chosen]
    table = fill(_fields(rows, catalogue), rows, chosen=names, keys=is_english(catalogue))
    title = catalogue.gettext("Skip connections of {name}").format(name=name)
    totals = [*_totals(rows, catalogue), *([closing] if closing else [])]
    if format_name == "html":
        return html_report(title, [], write_table(table, format_name), totals)
    if format_name != "table":
        return write_table(table, format_name)
    drawing = draw_table(table, width)
    line = text_width(drawing.width, width)
    note = left_out_note(drawing.left_out, catalogue)
    below = paragraph(note, line) if note else ""
    written = "".join(paragraph(total, line) for total in totals)
    return f"{title}\n\n{drawing.text}{below}\n{written}"


def _fields(rows: Sequence[SkipRow], language: Language) -> list[Field[SkipRow]]:
    gettext = language.gettext
    # Connections of the model itself have no module, and are known by their ends.
    in_modules = any(row.skip.module for row in rows)
    readers = Readers.ALL if in_modules else Readers.PROGRAMS
    names = {
        SkipColumn.KIND: Field(
            Column("kind", gettext("kind"), spare=5, essential=True),
            lambda row: _kind(row, language),
            _exact_kind,
        ),
        SkipColumn.FROM: Field(
            Column("from", gettext("from"), spare=12 if in_modules else 4),
            lambda row: row.start,
            lambda row: row.skip.fork,
        ),
        SkipColumn.TO: Field(
            Column("to", gettext("to"), spare=13 if in_modules else 5),
            lambda row: row.end,
            lambda row: row.skip.merge,
        ),
        SkipColumn.MODULE: Field(
            Column("module", gettext("module"), readers=readers),
            lambda row: spelled(row.skip.module),
            lambda row: row.skip.module,
        ),
        SkipColumn.SHAPE: Field(
            Column("shape", gettext("shape"), spare=11),
            lambda row: shape_words(row.tensor, language),
            lambda row: "×".join(map(str, row.skip.shape)),
        ),
        SkipColumn.SCALE: _text("scale", gettext("scale"), 7, lambda row: _scale(row, language)),
        SkipColumn.STREAMS: _text(
            "streams", gettext("streams"), 7, lambda row: str(row.skip.streams or "")
        ),
        SkipColumn.SOURCE: Field(
            Column("written", gettext("source"), spare=3, essential=True), lambda row: row.source
        ),
        SkipColumn.COUNT: Field(
            Column("count", gettext("count"), right=True, spare=14, readers=Readers.PROGRAMS),
            lambda row: f"×{row.skip.count}" if row.skip.count > 1 else "",
            lambda row: str(row.skip.count),
        ),
    }
    made = {**names, **_numbers(rows, language)}
    return [
        replace(field, column=replace(field.column, name=name.value))
        for name, field in ((name, made[name]) for name in SkipColumn)
    ]


def _numbers(rows: Sequence[SkipRow], language: Language) -> dict[SkipColumn, Field[SkipRow]]:
    gettext = language.gettext
    unit = Unit.of(row.bypassed_macs for row in rows)
    bypassed = gettext("bypassed MACs")
    title = titled(bypassed, unit.name, _batch(rows), language)
    return {
        SkipColumn.PARAMETERS: _number(
            Column("parameters", gettext("parameters"), right=True, spare=1, essential=True),
            lambda row: row.skip.parameters,
        ),
        SkipColumn.OPERATIONS: _number(
            Column("bypasses", gettext("bypassed operations"), right=True, spare=10),
            lambda row: len(row.skip.bypassed),
        ),
        SkipColumn.LAYERS: _number(
            Column("bypassed layers", gettext("bypassed layers"), right=True, spare=8),
            lambda row: row.bypassed_layers,
        ),
        SkipColumn.BYPASSED_PARAMETERS: _number(
            Column("bypassed parameters", gettext("bypassed parameters"), right=True, spare=9),
            lambda row: row.skip.bypassed_parameters,
        ),
        SkipColumn.BYPASSED_MACS: Field(
            Column("bypassed MACs", bypassed, title=title, right=True, spare=9),
            lambda row: unit.write(row.bypassed_macs),
            lambda row: str(row.bypassed_macs),
        ),
    }


def _batch(rows: Sequence[SkipRow]) -> int:
    """The size of the batch that the model was traced with."""
    return max((row.tensor.batch for row in rows), default=1)


def _text(key: str, head: str, spare: int, value: Callable[[SkipRow], str]) -> Field[SkipRow]:
    return Field(Column(key, head, spare=spare), value)


def _number(column: Column, value: Callable[[SkipRow], int]) -> Field[SkipRow]:
    return Field(column, lambda row: f"{value(row):,}", lambda row: str(value(row)))


def _kind(row: SkipRow, language: Language) -> str:
    kind = kind_words(language)[row.skip.kind.value]
    if row.skip.long:
        kind = language.gettext("{kind}, long").format(kind=kind)
    if not row.skip.gradient:
        kind = language.gettext("{kind}, detached").format(kind=kind)
    return f"{kind} ×{row.skip.count}" if row.skip.count > 1 else kind


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


def _totals(rows: Sequence[SkipRow], language: Language) -> list[str]:
    """A line for each kind: how many there are, and what their branches cost."""
    lines = []
    for kind in kind_words(language):
        found = [row for row in rows if row.skip.kind.value == kind]
        if found:
            costs = {node: number for row in found for node, number in row.costs.items()}
            cost = cost_of_branches(
                [step for row in found for step in row.steps], costs.__getitem__
            )
            line = language.gettext("{connections}: {parameters:,} parameters, {macs}")
            lines.append(
                line.format(
                    connections=with_uses(
                        connections(kind, len(found), language),
                        len(found),
                        sum(row.skip.count for row in found),
                        language,
                    ),
                    parameters=cost.parameters,
                    macs=macs(cost.macs, language, _batch(rows)),
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
