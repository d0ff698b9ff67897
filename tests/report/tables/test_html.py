"""Tables in notebooks: bold sums and indented trees."""

from __future__ import annotations

import re

from visualize.report.tables import Column, Table, html_table


def cells(*rows: str, levels: tuple[int, ...] = ()) -> list[str]:
    texts = [[row] for row in rows]
    column = Column("head", "head", title="head (M)")
    table = Table([column], texts, texts, sums=frozenset({len(rows) - 1}), levels=levels)
    document = html_table(table)
    assert "head (M)" in document
    return re.findall(r"<td[^>]*>.*?</td>", document)


def test_sums_are_bold() -> None:
    first, last = cells("layer", "TOTAL")
    assert "bold" not in first
    assert "font-weight:bold" in last
    assert "border-top" in last


def test_trees_are_indented() -> None:
    root, inner = cells("net", "layer", levels=(0, 2))
    assert ' 0.5em"' in root
    assert ' 2.5em"' in inner
    assert "border-top" not in inner
