"""A model that fails: the table of what ran, the layer that failed, and then the error."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.commands import run
from visualize.core.errors import VisualizeError

SOURCE = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.fc = nn.Linear(7, 10)
        self.head = nn.Linear(10, 2)

    def forward(self, x):
        return self.head(self.fc(torch.relu(self.conv(x)).mean((2, 3))))
"""


class Refusing(nn.Module):
    """A model whose own code raises, at once or after a layer."""

    def __init__(self, at_once: bool) -> None:
        super().__init__()
        self.at_once = at_once
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Fail."""
        if self.at_once:
            raise ValueError("at once")
        x = torch.relu(self.conv(x))
        raise ValueError("no more layers")


def failure(model: nn.Module) -> VisualizeError:
    with pytest.raises(VisualizeError) as caught:
        visualize.summarize(model, (1, 3, 16, 16))
    return caught.value


def test_the_error_has_what_ran() -> None:
    error = failure(Refusing(at_once=False))
    assert [one.type for one in error.architecture.operations] == [
        "input", "Conv2d", "relu", "output",
    ]  # fmt: skip
    assert [row.name for row in error.summary.rows[:2]] == ["conv", "relu"]
    assert "no more layers" in str(error.summary.rows[-2].words)
    assert error.summary.total.parameters == 224


def test_nothing_ran() -> None:
    error = failure(Refusing(at_once=True))
    assert error.architecture is None
    assert error.summary is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_command_prints_the_table_and_then_the_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    (tmp_path / "net.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    arguments = ("summary", "net.py:Net", "--input", "1,3,16,16", "--lang", language)
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "layer fc (Linear): got 1×8, expected 7 features" in result.stderr
    names = [line.split("  ")[0] for line in result.stdout.splitlines()]
    first = names.index("conv")
    assert [name for name in names[first:] if name][:5] == [
        "conv", "relu", "mean", "fc (Linear)", "TOTAL",
    ]  # fmt: skip
    assert "head" not in result.stdout
    assert "fc (Linear)" in run(*arguments, "--hide-free").stdout


@pytest.mark.parametrize("tracer", ["auto", "symbolic", "recorded"])
def test_every_format_has_what_ran(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tracer: str
) -> None:
    (tmp_path / "net.py").write_text(SOURCE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    arguments = ("summary", "net.py:Net", "--input", "1,3,16,16", "--tracer", tracer)
    written = {}
    for name in ("table", "md", "csv", "json", "latex"):
        result = run(*arguments, "--format", name)
        assert result.exit_code == 1
        assert "expected 7 features" in result.stderr
        written[name] = result.stdout
    assert all("failed: got" in text for text in written.values())
    rows = list(csv.DictReader(io.StringIO(written["csv"])))
    assert [row["layer"] for row in rows] == ["conv", "relu", "mean", "fc (Linear)", "TOTAL"]
    assert [row["output"] for row in rows][-2:] == ["", ""]
    document = json.loads(written["json"])
    assert [row["failed"] for row in document["rows"]] == [False, False, False, True, False]
    assert document["error"].startswith("layer fc (Linear): got 1×8, expected 7 features")
    assert document["facts"] is None
    assert document["sentences"] == []


def test_a_model_that_runs_has_no_error() -> None:
    document = visualize.summarize(nn.Linear(4, 2), (1, 4)).to_dict()
    assert document["error"] is None
    assert document["facts"]["weighted_layers"] == 1


def test_code_that_only_the_symbolic_tracer_refuses_did_not_fail() -> None:
    class Deciding(nn.Module):
        """Runs, but decides by values."""

        def forward(self, x: Tensor) -> Tensor:
            return x.relu() if x.shape[0] == 1 and bool(x.sum() > 0) else x

    with pytest.raises(VisualizeError) as caught:
        visualize.summarize(Deciding(), (1, 4), tracer="symbolic")
    assert caught.value.summary is None
