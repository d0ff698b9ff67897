from __future__ import annotations

import subprocess
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from visualize.core.notebook import display_function


def pretend(monkeypatch: pytest.MonkeyPatch, shell: Any) -> list[Any]:
    """IPython as if it ran with ``shell``; returns what it displays."""
    shown: list[Any] = []
    ipython, display = ModuleType("IPython"), ModuleType("IPython.display")
    ipython.get_ipython = lambda: shell  # type: ignore[attr-defined]
    display.display = shown.append  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    return shown


def test_a_kernel_displays(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = pretend(monkeypatch, SimpleNamespace(kernel=object()))
    display = display_function()
    assert display is not None
    display("x")
    assert shown == ["x"]


@pytest.mark.parametrize("shell", [None, SimpleNamespace(), SimpleNamespace(kernel=None)])
def test_a_terminal_does_not(monkeypatch: pytest.MonkeyPatch, shell: Any) -> None:
    pretend(monkeypatch, shell)
    assert display_function() is None


def test_ipython_is_not_imported() -> None:
    code = (
        "import sys, visualize.core.notebook as n, visualize.figure;"
        "assert n.display_function() is None;"
        "assert not {'IPython', 'webbrowser', 'visualize.page'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
