"""The difference as text, Markdown and JSON."""

from __future__ import annotations

import json

from tests.edits import chain
from visualize.compare import compare
from visualize.report.difference import write_difference


def test_formats() -> None:
    found = compare(chain(40), chain(60))
    assert "blocks[10–14]" in write_difference(found, "table")
    assert "| added" in write_difference(found, "md")
    document = json.loads(write_difference(found, "json"))
    assert document["changes"][0]["after"][0] == "blocks.10"
    assert "same architecture" in write_difference(compare(chain(8), chain(8)), "table")
