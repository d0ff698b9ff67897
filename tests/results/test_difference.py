"""The difference as `visualize.diff` returns it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.edits import chain
from visualize.compare import compare
from visualize.core.errors import UsageError
from visualize.results.difference import Difference, is_figure


def test_it_is_true_where_they_differ() -> None:
    assert not Difference(compare(chain(8), chain(8)))
    found = Difference(compare(chain(8), chain(12)))
    assert found
    assert "blocks[2]" in found.table()
    assert len(found.changes) == len(found.to_dict()["changes"])


def test_it_draws_itself(tmp_path: Path) -> None:
    found = Difference(compare(chain(8), chain(12)))
    assert found.figure(level="layer").scene.compares
    assert found.save(tmp_path / "diff.svg").read_text().startswith("<?xml")
    assert found.save(tmp_path / "diff.json").read_text().startswith("{")
    with pytest.raises(UsageError, match=r"cannot write the format 'doc'.*\.svg"):
        found.save(tmp_path / "diff.doc")
    assert is_figure("a.pdf")
    assert not is_figure("a.tex")
