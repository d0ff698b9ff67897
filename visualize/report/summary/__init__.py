"""The summary of a model: its documentation, a table, and its structure in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from visualize.core.choices import Sort, SummaryColumn, TableStyle
from visualize.core.documents import to_json
from visualize.core.errors import UsageError
from visualize.core.summary import RowKind, Summary
from visualize.report.html import html_report
from visualize.report.language import Language, is_english, load_language
from visualize.report.sentences import sentences
from visualize.report.summary.arrangement import Arrangement, arrange
from visualize.report.summary.columns import columns
from visualize.report.summary.document import summary_document
from visualize.report.summary.heading import heading
from visualize.report.tables import (
    Table,
    draw_table,
    escape_markdown,
    fill,
    left_out_note,
    write_table,
)
from visualize.report.wrapping import paragraph, text_width

__all__ = ["write_summary"]


def write_summary(
    summary: Summary,
    format_name: str,
    *,
    language: str = "en",
    sort: Sort | None = None,
    style: TableStyle = TableStyle.FLAT,
    chosen: Sequence[SummaryColumn] = (),
    hide_free: bool = False,
    width: int | None = None,
) -> str:
    """A summary in one of the formats of `TableFormat`, or as ``html`` for notebooks.

    Args:
        language: one of `LANGUAGES`.
        sort: see `arrange`.
        style: see `arrange`; CSV and JSON list sums after their parts.
        chosen: the columns to show, in this order; by default those that inform.
        hide_free: see `arrange`.
        width: columns of the terminal; None for as wide as the table needs.

    Raises:
        UsageError: a column that was chosen needs the values of weights.
    """
    catalogue = load_language(language)
    _check_columns(summary, chosen)
    if format_name in ("csv", "json"):
        style = TableStyle.FLAT
    arranged = arrange(summary.rows, name=summary.name, sort=sort, style=style, hide_free=hide_free)
    if format_name == "json":
        return to_json(summary_document(summary, arranged.rows, catalogue)).decode()
    table = _table(summary, arranged, chosen, catalogue)
    if format_name in ("csv", "latex"):
        return write_table(table, format_name)
    above = heading(summary, catalogue)
    written = [*_on_hidden(arranged, catalogue), *_sentences(summary, catalogue)]
    if format_name == "html":
        notes = [note.marked.write(catalogue) for note in summary.notes]
        return html_report(above[0], above[1:], write_table(table, "html"), [*written, *notes])
    if format_name == "md":
        title, *about = map(escape_markdown, above)
        paragraphs = "".join(f"{paragraph}\n\n" for paragraph in [f"# {title}", *about])
        listed = "".join(f"- {escape_markdown(one)}\n" for one in written)
        return f"{paragraphs}{write_table(table, format_name)}\n{listed}"
    drawing = draw_table(table, width)
    note = left_out_note(drawing.left_out, catalogue)
    line = text_width(drawing.width, width)
    top, bottom = ("".join(paragraph(text, line) for text in each) for each in (above, written))
    return f"{top}\n{drawing.text}{paragraph(note, line) if note else ''}\n{bottom}"


def _sentences(summary: Summary, language: Language) -> list[str]:
    """None on a model that failed: what they say of all of it is not known."""
    return [] if summary.failed else sentences(summary, language)


def _check_columns(summary: Summary, chosen: Sequence[SummaryColumn]) -> None:
    for column in chosen:
        if column.needs_values and not summary.total.statistics:
            raise UsageError(
                "it is computed from the values of weights",
                where=f"column {column.value}",
                hint="give --weights NAME or FILE",
            )


def _on_hidden(arranged: Arrangement, language: Language) -> list[str]:
    """How many rows are left out."""
    if not arranged.hidden:
        return []
    hidden = language.ngettext(
        "{number:,} row without parameters and MACs is hidden.",
        "{number:,} rows without parameters and MACs are hidden.",
        arranged.hidden,
    )
    return [hidden.format(number=arranged.hidden)]


def _table(
    summary: Summary, arranged: Arrangement, chosen: Sequence[SummaryColumn], language: Language
) -> Table:
    rows = arranged.rows
    fields = columns(summary, rows, language)
    sums = frozenset(index for index, row in enumerate(rows) if row.kind is RowKind.TOTAL)
    return fill(
        list(fields.values()),
        rows,
        chosen=[column.value for column in chosen],
        sums=sums,
        levels=arranged.levels,
        keys=is_english(language),
    )
