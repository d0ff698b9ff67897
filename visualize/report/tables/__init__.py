"""Tables in every format: for a terminal, Markdown, CSV and LaTeX with booktabs."""

from __future__ import annotations

from visualize.report.tables.files import (
    csv_table,
    escape_markdown,
    latex_table,
    markdown_table,
)
from visualize.report.tables.html import html_table
from visualize.report.tables.table import Column, Field, Readers, Table, fill
from visualize.report.tables.terminal import Drawing, draw_table, left_out_note

__all__ = [
    "Column",
    "Drawing",
    "Field",
    "Readers",
    "Table",
    "draw_table",
    "escape_markdown",
    "fill",
    "html_table",
    "left_out_note",
    "write_table",
]


def write_table(table: Table, format_name: str) -> str:
    """A table in a format for files: md, csv, latex or html."""
    writers = {
        "md": markdown_table,
        "csv": csv_table,
        "latex": latex_table,
        "html": html_table,
    }
    return writers[format_name](table)
