"""Reports as HTML for notebooks.

It is text alone: no script, no colours of its own (those of the page are used, light or dark), and
nothing that MathJax would read.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from visualize.core.errors import printable

if TYPE_CHECKING:
    from visualize.report.tables import Table

_RULE = "border-top:1px solid currentColor"


def html_report(title: str, paragraphs: Sequence[str], table: str, facts: Sequence[str]) -> str:
    """A title, paragraphs, a table that is HTML already, and a list of facts."""
    above = "".join(f"<p>{escape_html(one)}</p>" for one in paragraphs)
    listed = "".join(f"<li>{escape_html(one)}</li>" for one in facts)
    below = f"<ul>{listed}</ul>" if listed else ""
    scrolling = f'<div style="overflow-x:auto">{table}</div>' if table else ""
    heading = f"<p><strong>{escape_html(title)}</strong></p>"
    ignored = 'class="tex2jax_ignore mathjax_ignore"'
    return f"<div {ignored}>{heading}{above}{scrolling}{below}</div>"


def html_table(table: Table) -> str:
    """The columns for people; sums are bold."""
    head = "".join(
        _cell("th", column.head, column.right, bold=True, ruled=False) for column in table.columns
    )
    lines = [
        "".join(
            _cell("td", cell, column.right, bold=index in table.sums, ruled=index in table.sums)
            for cell, column in zip(row, table.columns)
        )
        for index, row in enumerate(table.rows)
    ]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(tag: str, text: str, right: bool, *, bold: bool, ruled: bool) -> str:
    styles = [
        f"text-align:{'right' if right else 'left'}",
        "white-space:nowrap",
        "font-weight:bold" if bold else "",
        _RULE if ruled else "",
    ]
    style = ";".join(one for one in styles if one)
    return f'<{tag} style="{style}">{escape_html(text)}</{tag}>'


def escape_html(text: str) -> str:
    """``text`` on one line, without markup.

    >>> escape_html("<script>alert('x')</script>")
    '&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;'
    """
    return html.escape(printable(" ".join(text.split())))
