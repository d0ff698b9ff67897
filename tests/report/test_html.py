"""Reports in notebooks: bold sums, colours of the page, and nothing but text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

import visualize
from visualize.core.summary import Summary
from visualize.report import write_summary
from visualize.report.html import html_report
from visualize.report.tables import Column, Table, html_table

HOSTILE = "<script>alert('x')</script>\n<img src=x onerror=y> $\\evil$ &amp; \x1b[2J"


class Reader(HTMLParser):
    """The tags, attributes and texts of a document."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(document)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def table(*rows: str) -> Table:
    cells = [[row] for row in rows]
    return Table([Column("head", HOSTILE)], cells, cells, frozenset({len(rows) - 1}))


@pytest.fixture(scope="module")
def resnet18() -> Summary:
    return visualize.summarize("resnet18")


def test_names_are_text() -> None:
    document = html_report(HOSTILE, [HOSTILE], html_table(table(HOSTILE)), [HOSTILE])
    reader = Reader(document)
    assert set(reader.tags) <= {
        *("div", "p", "strong", "table", "thead", "tbody", "tr", "th", "td", "ul", "li")
    }
    assert reader.attributes == {"class", "style"}
    assert "\x1b" not in document
    assert len([text for text in reader.texts if "<script>alert('x')</script>" in text]) == 5
    assert "mathjax_ignore" in document


def test_colours_are_those_of_the_page(resnet18: Summary) -> None:
    document = write_summary(resnet18, "html")
    assert not re.search(r"#[0-9a-f]{3}|rgb|background|[^-]color:", document)


def test_a_summary_has_its_rows_and_sentences(resnet18: Summary) -> None:
    reader = Reader(write_summary(resnet18, "html", language="zh"))
    assert reader.tags.count("tr") == len(resnet18.rows) + 1
    assert reader.tags.count("li") > 5
    assert "█" not in "".join(reader.texts)
