"""The difference as text, Markdown and JSON."""

from __future__ import annotations

import json

import visualize
from tests.edits import chain
from visualize.compare import compare
from visualize.report.difference import difference_text, write_difference


def test_formats() -> None:
    found = compare(chain(40), chain(60))
    assert "blocks[10–14]" in write_difference(found, "table")
    assert "| added" in write_difference(found, "md")
    document = json.loads(write_difference(found, "json"))
    assert document["changes"][0]["after"][0] == "blocks.10"
    assert "same architecture" in write_difference(compare(chain(8), chain(8)), "table")


def test_sizes_and_checks_are_no_changes() -> None:
    found = visualize.diff("resnet18", "vit_b_16").exact
    text = difference_text(found)
    assert "getattr" not in text
    assert "assert" not in text
    assert "added encoder: Encoder" in text
    assert write_difference(found, "table").count("forward") == 2
