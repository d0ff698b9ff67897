"""Rows for skip connections that differ."""

from __future__ import annotations

from dataclasses import replace

from tests.edits import chain
from visualize.compare import compare
from visualize.core.architecture import Skip
from visualize.core.choices import SkipKind
from visualize.report.language import load_language
from visualize.report.skip_changes import SkipWords, skip_rows


def test_one_that_was_lost() -> None:
    skip = Skip(SkipKind.IDENTITY, False, "x", "add_0", "add", "blocks.0", (), (), (1,))
    found = compare(replace(chain(8), unrolled_skips=(skip,)), chain(8))
    rows = list(skip_rows(found, SkipWords.of(load_language("en"))))
    assert rows == [("skip lost", "blocks[0]", "identity")]
