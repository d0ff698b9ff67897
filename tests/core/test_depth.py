"""Modules that are nested in each other deeper than Python's calls may be."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path

import pytest
from torch import nn

import visualize
from visualize.core import depth
from visualize.core.errors import VisualizeError
from visualize.export.formats import FORMATS


class _Around(nn.Module):
    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x)


def _nested(times: int) -> nn.Module:
    module: nn.Module = nn.Linear(3, 3)
    for _ in range(times):
        module = _Around(module)
    return module


@pytest.fixture(scope="module")
def architecture():
    return visualize.trace(_nested(1000), (1, 3))


def test_a_thousand_nested_modules_are_drawn_and_described(architecture) -> None:
    figure = visualize.draw(architecture)
    assert figure.check() == []
    assert "Linear" in figure.svg
    assert figure.caption()
    assert figure.alternative_text()
    summary = visualize.summarize(architecture)
    assert str(summary)
    assert summary.to_dict()
    assert str(visualize.skips(architecture))
    assert architecture.to_dict()


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_thousand_nested_modules_are_drawn_in_each_format(architecture, name: str) -> None:
    assert visualize.draw(architecture, level="op").render(name)[name]


def test_nested_modules_are_recorded() -> None:
    found = visualize.trace(_nested(300), (1, 3), tracer="recorded")
    assert found.tracer == "recorded"


def test_the_limit_is_as_before() -> None:
    before, stack = sys.getrecursionlimit(), threading.stack_size()
    visualize.trace(_nested(100), (1, 3))
    assert (sys.getrecursionlimit(), threading.stack_size()) == (before, stack)


def test_too_many_nested_modules_are_refused_in_a_line() -> None:
    with pytest.raises(VisualizeError, match=r"nested 5,000 deep; at most 2,500") as raised:
        visualize.trace(_nested(5001), (1, 3))
    assert "\n" not in str(raised.value)


def test_what_is_shallow_runs_in_its_own_thread() -> None:
    assert depth.with_room(3, threading.get_ident) == threading.get_ident()
    assert depth.with_room(300, threading.get_ident) != threading.get_ident()


def test_an_error_is_that_of_the_call() -> None:
    def fail() -> None:
        raise KeyError("it")

    with pytest.raises(KeyError):
        depth.with_room(300, fail)


def test_an_interruption_ends_the_call() -> None:
    ended = threading.Event()
    # What starts the tests in the background may have the signal ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def endless() -> None:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            while True:
                pass
        finally:
            ended.set()

    try:
        with pytest.raises(KeyboardInterrupt):
            depth.with_room(300, endless)
    finally:
        signal.signal(signal.SIGINT, before)
    assert ended.is_set()


def test_the_command_draws_nested_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from visualize.cli import main

    monkeypatch.chdir(tmp_path)
    lines = (
        "from torch import nn",
        "def build(times=300):",
        "    module = nn.Linear(3, 3)",
        "    for _ in range(times):",
        "        module = nn.Sequential(module)",
        "    return module",
    )
    Path("net.py").write_text("\n".join(lines))
    for command in ("draw", "summary", "skips", "graph"):
        done = CliRunner().invoke(main, [command, "net.py:build", "--input", "1,3"])
        assert done.exit_code == 0, done.output
