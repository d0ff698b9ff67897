"""The difference as `visualize.diff` returns it."""

from __future__ import annotations

from tests.edits import chain
from visualize.compare import compare
from visualize.results.difference import Difference


def test_it_is_true_where_they_differ() -> None:
    assert not Difference(compare(chain(8), chain(8)))
    found = Difference(compare(chain(8), chain(12)))
    assert found
    assert "blocks[2]" in found.table()
    assert len(found.changes) == len(found.to_dict()["changes"])
