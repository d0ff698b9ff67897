"""Reports as HTML for notebooks.

It is text alone: no script, no colours of its own (those of the page are used, light or dark), and
nothing that MathJax would read.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

from visualize.core.errors import printable


def html_report(title: str, paragraphs: Sequence[str], table: str, facts: Sequence[str]) -> str:
    """A title, paragraphs, a table that is HTML already, and a list of facts."""
    above = "".join(f"<p>{escape_html(one)}</p>" for one in paragraphs)
    listed = "".join(f"<li>{escape_html(one)}</li>" for one in facts)
    below = f"<ul>{listed}</ul>" if listed else ""
    scrolling = f'<div style="overflow-x:auto">{table}</div>' if table else ""
    heading = f"<p><strong>{escape_html(title)}</strong></p>"
    ignored = 'class="tex2jax_ignore mathjax_ignore"'
    return f"<div {ignored}>{heading}{above}{scrolling}{below}</div>"


def escape_html(text: str) -> str:
    """``text`` on one line, without markup.

    >>> escape_html("<script>alert('x')</script>")
    '&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;'
    """
    return html.escape(printable(" ".join(text.split())))
