"""What `trace` returns prints, shows and writes itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from torch import Tensor, nn

import visualize
from tests.nets import Residual, TwoTowers
from visualize import Architecture, VisualizeError
from visualize.report import write_graph


def test_it_prints_a_few_lines() -> None:
    architecture = visualize.trace(Residual(), (2, 3, 16, 16))
    assert isinstance(architecture, Architecture)
    assert str(architecture).splitlines() == [
        "Residual: 11,114 parameters, 2.339 M MACs (batch 2), "
        "4 skip connections (3 identity, 1 projection)",
        "  inputs: x 2×3×16×16 float32",
        "  outputs: 2×10 float32",
        "  34 operations, traced by the symbolic tracer",
    ]
    assert repr(architecture) == "<Architecture of Residual: 36 operations, 4 skip connections>"


def test_it_prints_itself(capsys: pytest.CaptureFixture[str]) -> None:
    architecture = visualize.trace(Residual(), (2, 3, 16, 16))
    architecture.print()
    assert capsys.readouterr().out == f"{architecture}\n"
    architecture.print(language="zh")
    assert capsys.readouterr().out == architecture.to_text(language="zh") + "\n"


def test_it_prints_its_memory_if_that_was_measured() -> None:
    architecture = visualize.trace(nn.Linear(3, 250), (1000, 3), memory=True)
    assert architecture.memory is not None
    assert (architecture.memory.saved, architecture.memory.peak) == (12_000, 1_012_000)
    lines = str(architecture).splitlines()
    assert lines[-1] == "  activation memory: 12.0 kB saved for backward, inference peaks at 1.0 MB"


class Named(nn.Module):
    """Outputs with names; an input that is guessed."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(3, 4)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {"logits": self.fc(x), "score": x.sum()}


def test_outputs_have_names_and_notes_are_printed() -> None:
    lines = str(visualize.trace(Named(), name="mine")).splitlines()
    assert lines[0].startswith("mine (Named): ")
    assert "  outputs: logits 1×4 float32, score scalar float32" in lines
    assert lines[-1].startswith("  note: assumed --input 1,3")


def test_a_notebook_shows_the_same_lines() -> None:
    shown = visualize.trace(TwoTowers())._repr_html_()
    for line in str(visualize.trace(TwoTowers())).splitlines():
        assert line.strip() in shown


def test_it_is_the_graph_that_the_command_prints(tmp_path: Path) -> None:
    architecture = visualize.trace(Residual(), (1, 3, 16, 16))
    assert json.loads(write_graph(architecture, "json")) == architecture.to_dict()
    for suffix in ("json", "graphml", "dot"):
        path = architecture.save(tmp_path / f"net.{suffix}")
        assert path.read_bytes() == write_graph(architecture, suffix)
    with pytest.raises(VisualizeError, match=r"cannot write the format 'svg'; use one of \.json"):
        architecture.save(tmp_path / "net.svg")


def test_what_is_drawn_alone_prints_itself() -> None:
    figure = visualize.draw(Residual(), (1, 3, 16, 16), only="stage1")
    assert "stage1" in str(figure.architecture)
    assert isinstance(figure.architecture, Architecture)
