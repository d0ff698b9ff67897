from __future__ import annotations

import io
import sys

import pytest

from visualize.core.terminal import terminal_width


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_width_is_that_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", "93")
    assert terminal_width() == 93


@pytest.mark.parametrize(
    ("columns", "width"), [(None, None), ("", None), ("wide", None), ("0", None), ("50", 50)]
)
def test_a_pipe_has_the_width_it_is_given(
    monkeypatch: pytest.MonkeyPatch, columns: str | None, width: int | None
) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    assert terminal_width() == width
