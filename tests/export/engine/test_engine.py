"""Graphviz in its child process: failures are errors, and it is stopped in time."""

from __future__ import annotations

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
