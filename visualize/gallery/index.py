"""The index of a gallery: one page with a table of its models."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from visualize.core.inert import visible
from visualize.core.quantities import count, giga
from visualize.gallery.rows import FIGURE, PAGE, Row
from visualize.page.skeleton import asset, fill


def write_index(rows: Sequence[Row]) -> bytes:
    """The page, in UTF-8."""
    return fill(
        _asset("index.html"),
        _asset("index.js"),
        _asset("index.css"),
        images="'self' file:",
        TITLE="Models",
        SUMMARY=_summary(rows),
        ROWS="\n".join(map(_row, rows)),
    )


def _summary(rows: Sequence[Row]) -> str:
    failed = sum(bool(row.error) for row in rows)
    models = f"{len(rows)} model{'s' * (len(rows) != 1)}"
    return f"{models}, {failed} of which could not be drawn" if failed else models


def _row(row: Row) -> str:
    place, name = quote(row.folder), escape(visible(row.model))
    if row.error:
        return (
            f'<tr><td class="figure"></td><td class="name">{name}</td>'
            f'<td class="error" colspan="5">{escape(visible(row.error))}</td></tr>'
        )
    links = f'<a href="{place}/{PAGE}">explore</a> · <a href="{place}/{FIGURE}">SVG</a>'
    kinds = escape(visible(", ".join(f"{number} {kind}" for kind, number in row.skips.items())))
    total = sum(row.skips.values())
    inputs = escape(visible(", ".join(row.inputs)))
    return (
        f'<tr><td class="figure"><a href="{place}/{PAGE}" tabindex="-1" aria-hidden="true">'
        f'<img src="{place}/{FIGURE}" alt="" loading="lazy"></a></td>'
        f'<td class="name">{name}<small>{links}</small></td>'
        f"<td>{escape(visible(row.class_name))}</td>"
        f'<td data-label="Input">{inputs}</td>'
        f'<td data-label="Parameters" data-value="{row.parameters}" class="number">'
        f"{count(row.parameters)}</td>"
        f'<td data-label="MACs" data-value="{row.macs}" class="number">{giga(row.macs)}</td>'
        f'<td data-label="Skip connections" data-value="{total}">{kinds or "none"}</td></tr>'
    )


def _asset(name: str) -> str:
    return asset("visualize.gallery", name)
