"""The summary of a model: its documentation, a table, and its structure in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from visualize.core.documents import to_json
from visualize.core.summary import Row, RowKind, Summary
from visualize.report.html import html_report
from visualize.report.language import Language, is_english, load_language
from visualize.report.sentences import sentences
from visualize.report.summary.columns import columns
from visualize.report.summary.document import summary_document
from visualize.report.summary.heading import heading
from visualize.report.tables import Table, escape_markdown, fill
from visualize.report.wrapping import wrap

__all__ = ["write_summary"]

_LINE = 98  # columns


def write_summary(
    summary: Summary,
    format_name: str,
    *,
    language: str = "en",
    sort: str = "",
    width: int | None = None,
) -> str:
    """A summary in one of the formats of `TableFormat`, or as ``html`` for notebooks.

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
        return to_json(summary_document(summary, rows, catalogue)).decode()
    table = _table(summary, rows, catalogue).write(format_name, width)
    if format_name in ("csv", "latex"):
        return table
    above = heading(summary, catalogue)
    written = sentences(summary, catalogue)
    if format_name == "html":
        notes = [note.marked.write(catalogue) for note in summary.notes]
        return html_report(above[0], above[1:], table, [*written, *notes])
    if format_name == "md":
        title, *about = map(escape_markdown, above)
        paragraphs = "".join(f"{paragraph}\n\n" for paragraph in [f"# {title}", *about])
        return f"{paragraphs}{table}\n" + "".join(f"- {escape_markdown(one)}\n" for one in written)
    return "".join(map(_wrapped, above)) + table + "".join(map(_wrapped, written))


def _wrapped(text: str) -> str:
    return "\n  ".join(wrap(text, _LINE)) + "\n"


def _table(summary: Summary, rows: Sequence[Row], language: Language) -> Table:
    totals = frozenset(index for index, row in enumerate(rows) if row.kind is RowKind.TOTAL)
    return fill(columns(summary, language), rows, sums=totals, keys=is_english(language))
