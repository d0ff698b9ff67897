"""Graphviz in its child process: failures are errors, and it is stopped in time."""

from __future__ import annotations

import tempfile

import pytest

from visualize.core.errors import RenderError
from visualize.core.fonts import FAMILY
from visualize.export.engine import run_graphviz


def test_graphviz_failures_are_errors() -> None:
    with pytest.raises(RenderError, match="Graphviz"):
        run_graphviz("digraph {", "svg", FAMILY)


def test_a_slow_graphviz_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("visualize.export.engine._SECONDS", 0.001)
    with pytest.raises(RenderError, match="higher --level"):
        run_graphviz("digraph {a}", "svg", FAMILY)


def test_there_may_be_no_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", fails)
    with pytest.raises(RenderError, match=r"cannot be run: No usable temporary .*TMPDIR"):
        run_graphviz("digraph {}", "json", "DejaVu Sans")
