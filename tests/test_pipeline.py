"""`trace`, `draw` and `summarize`: the same sources, and the same options of tracing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import visualize
from visualize import layout
from visualize.core.architecture import Architecture
from visualize.core.errors import EndlessError, RenderError, UsageError, WeightsError
from visualize.models import load_model, parse_model

SHAPE = (1, 3, 8, 8)


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.norm = nn.BatchNorm2d(3)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.norm(self.conv(x))


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.block = Block()
        self.drop = nn.Dropout()

    def forward(self, x: Tensor) -> Tensor:
        return self.drop(self.block(x))


def traced(model: Any, *inputs: Any, **options: Any) -> Architecture:
    return visualize.trace(model, *inputs, **options)


def drawn(model: Any, *inputs: Any, **options: Any) -> Architecture:
    return visualize.draw(model, *inputs, level="op", **options).architecture


FUNCTIONS = [traced, drawn]
Made = Callable[..., Architecture]


NET = "import torch\nfrom torch import nn\nnet = nn.Sequential(nn.Linear(4, 4), nn.ReLU())\n"


def test_all_take_the_same_sources(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text(NET)
    name = f"{tmp_path}/net.py:net"
    loaded = load_model(name)
    for source in (name, parse_model(name), loaded, loaded.model, visualize.trace(name, (1, 4))):
        for made in FUNCTIONS:
            assert made(source, (1, 4)).parameters == 20
        assert visualize.summarize(source, (1, 4)).total.parameters == 20


def test_an_architecture_is_not_traced_again() -> None:
    architecture = visualize.trace(Net(), SHAPE)
    assert visualize.trace(architecture) is architecture
    assert visualize.draw(architecture).architecture is architecture


def kinds(architecture: Architecture) -> list[str]:
    return [layer.type for layer in architecture.operations]


@pytest.mark.parametrize("made", FUNCTIONS)
def test_options_of_tracing(made: Made) -> None:
    assert "Block" in kinds(made(Net(), SHAPE, leaves=["Block"]))
    assert made(Net(), SHAPE, tracer="recorded").tracer == "recorded"
    assert made(Net(), SHAPE, tracer="symbolic").tracer == "symbolic"
    assert made(Net(), SHAPE, name="mine").name == "mine"
    assert made(Net(), SHAPE, statistics=True).has_statistics
    assert not made(Net(), SHAPE).has_statistics


def test_options_of_tracing_reach_the_summary() -> None:
    rows = visualize.summarize(Net(), SHAPE, leaves=["Block"], depth=9).rows
    assert [row.type for row in rows if row.path == "block"] == ["Block"]
    assert visualize.summarize(Net(), SHAPE, tracer="recorded", name="mine").name == "mine"


class Endless(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        while True:
            pass


@pytest.mark.parametrize("function", [visualize.trace, visualize.draw, visualize.summarize])
def test_a_limit_of_time(function: Callable[..., Any]) -> None:
    with pytest.raises(EndlessError, match=r"0\.3 seconds"):
        function(Endless(), SHAPE, timeout=0.3)


@pytest.mark.parametrize("function", [visualize.trace, visualize.draw, visualize.summarize])
def test_weights_are_for_names(function: Callable[..., Any]) -> None:
    with pytest.raises(UsageError, match="weights= works only with model names"):
        function(Net(), SHAPE, weights="w.pt")


def test_training_mode_is_traced_and_left() -> None:
    model = Net().eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    assert visualize.draw(model, SHAPE, train=True).scene.boxes
    assert not model.training
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_statistics_must_have_been_traced() -> None:
    architecture = visualize.trace(Net(), SHAPE)
    for function in (visualize.trace, visualize.summarize):
        with pytest.raises(WeightsError, match="trace it with statistics=True"):
            function(architecture, statistics=True)
    assert visualize.draw(visualize.trace(Net(), SHAPE, statistics=True), color_by="norm")


def test_progress_is_reported() -> None:
    steps: list[str] = []
    visualize.draw("alexnet", report=steps.append)
    assert steps == [
        "building alexnet",
        "tracing alexnet",
        "analysing alexnet",
        "drawing alexnet",
    ]


def test_a_mistake_is_found_before_the_model_is_built() -> None:
    steps: list[str] = []
    for mistake in ({"theme": "neon"}, {"font": "no such font"}, {"level": "huge"}):
        with pytest.raises(UsageError):
            visualize.draw("alexnet", report=steps.append, **mistake)
    assert steps == []


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (3, "cannot read a model of type int; give an nn.Module or the name of a model"),
        (None, "cannot read a model of type NoneType; give an nn.Module or the name of a model"),
        (Net, "Net is a class, not a model; give Net\\(…\\)"),
    ],
)
def test_what_is_not_a_model_is_refused(model: Any, message: str) -> None:
    for function in (visualize.trace, visualize.draw, visualize.summarize):
        with pytest.raises(UsageError, match=message):
            function(model, SHAPE)


def test_the_time_limit_is_that_of_building_as_well(tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("def build():\n    while True:\n        pass\n")
    with pytest.raises(EndlessError, match=r"net\.py:\d: .*not done after 0\.5 seconds"):
        visualize.trace(f"{tmp_path / 'net.py'}:build", timeout=0.5)


def test_the_time_limit_is_that_of_drawing_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    architecture = visualize.trace("alexnet")

    def place(*_: object) -> None:
        while True:
            pass

    monkeypatch.setattr(layout, "place_flow", place)
    with pytest.raises(RenderError, match=r"not drawn after 0\.2 seconds; a higher level"):
        visualize.draw(architecture, timeout=0.2)
