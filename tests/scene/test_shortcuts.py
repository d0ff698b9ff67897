"""A closed block whose input reaches its output over residual connections has a shortcut."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize


class Residual(nn.Module):
    """One residual connection, with a projection where the width changes."""

    def __init__(self, inputs: int, outputs: int, norm: bool = False) -> None:
        super().__init__()
        self.work = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1),
        )
        self.project = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()
        self.norm = nn.BatchNorm2d(outputs) if norm else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """Add the shortcut, then norm and activation."""
        return torch.relu(self.norm(self.work(x) + self.project(x)))


class Stem(nn.Module):
    """A residual block behind a layer that has no shortcut."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(8, 8, 3, padding=1)
        self.block = Residual(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        """The layer, then the block."""
        return self.block(self.first(x))


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (Residual(8, 8), "identity"),
        (Residual(8, 16), "projection"),
        (Residual(8, 8, norm=True), "identity"),
        (nn.Sequential(Residual(8, 8), Residual(8, 16)), "projection"),
        (Stem(), ""),
        (nn.Sequential(nn.Conv2d(8, 8, 3), nn.Conv2d(8, 8, 3)), ""),
    ],
)
def test_what_leads_past_a_block(block: nn.Module, expected: str) -> None:
    model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), block)
    figure = visualize.draw(model, (1, 3, 16, 16), level="layer", collapse=["1"], details="none")
    (closed,) = [box for box in figure.scene.boxes if box.role == "block"]
    assert closed.shortcut == expected
    assert figure.scene.skip_kinds == ((expected,) if expected else ())


def test_a_stage_has_that_of_its_blocks() -> None:
    scene = visualize.draw("resnet50", level="stage", details="none").scene
    assert {box.shortcut for box in scene.boxes if box.role == "stage"} == {"projection"}
    assert scene.skip_kinds == ("projection",)


def test_layers_have_none() -> None:
    scene = visualize.draw("resnet18", level="layer").scene
    assert {box.shortcut for box in scene.boxes} == {""}


def test_a_stage_that_keeps_its_input_in_a_concat_has_one() -> None:
    scene = visualize.draw("densenet121", level="stage", details="none").scene
    assert {box.shortcut for box in scene.boxes if box.role == "stage"} == {"concat"}
    assert scene.skip_kinds == ("concat",)
