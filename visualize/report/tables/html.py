"""Tables as HTML for notebooks, in the colours of the page."""

from __future__ import annotations

from visualize.report.html import escape_html
from visualize.report.tables.table import Readers, Table

_RULE = "border-top:1px solid currentColor"


def html_table(table: Table) -> str:
    """The columns for people; sums are bold, trees are indented."""
    table = table.for_readers(Readers.ALL)
    head = "".join(
        _cell("th", column.heading, column.right, bold=True, ruled=False)
        for column in table.columns
    )
    lines = [
        "".join(
            _cell(
                "td",
                cell,
                column.right,
                bold=index in table.sums,
                ruled=index in table.sums and not table.levels,
                level=table.levels[index] if table.levels and not place else 0,
            )
            for place, (cell, column) in enumerate(zip(row, table.columns))
        )
        for index, row in enumerate(table.rows)
    ]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(tag: str, text: str, right: bool, *, bold: bool, ruled: bool, level: int = 0) -> str:
    styles = [
        f"text-align:{'right' if right else 'left'}",
        "white-space:nowrap",
        "font-weight:bold" if bold else "",
        _RULE if ruled else "",
        # Not every notebook keeps columns apart.
        f"padding:0.2em 0.5em 0.2em {level + 0.5:g}em",
    ]
    style = ";".join(one for one in styles if one)
    return f'<{tag} style="{style}">{escape_html(text)}</{tag}>'
