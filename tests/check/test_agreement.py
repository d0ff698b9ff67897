"""What is printed against the exact graph: each damaged label is found, each true one is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import visualize
from tests.graphs import resnet
from tests.layers import Function
from visualize.check.agreement import check_agreement
from visualize.core.choices import Level
from visualize.core.scene import Scene
from visualize.figure import Figure

LEVELS = [level for level in Level if level is not Level.AUTO]


def figure(level: Level) -> Figure:
    return visualize.draw(resnet(), level=level)


@pytest.mark.parametrize("level", LEVELS)
def test_a_true_figure_agrees(level: Level) -> None:
    drawn = figure(level)
    assert check_agreement(drawn.architecture, drawn.scene) == []


def damaged(scene: Scene, old: str, new: str) -> Scene:
    """``scene`` with another text in every label where ``old`` is found."""
    boxes = [
        replace(box, label=tuple(line.replace(old, new) for line in box.label))
        for box in scene.boxes
    ]
    groups = [
        replace(group, label=group.label.replace(old, new), detail=group.detail.replace(old, new))
        for group in scene.groups
    ]
    arrows = [replace(arrow, label=arrow.label.replace(old, new)) for arrow in scene.arrows]
    changed = replace(scene, boxes=tuple(boxes), groups=tuple(groups), arrows=tuple(arrows))
    assert changed != scene
    return changed


@pytest.mark.parametrize(
    ("level", "old", "new", "message"),
    [
        (
            Level.BLOCK, "8 ×2", "8 ×3",
            "“BasicBlock, 8 ×3 / 1 residual · 1.2 k each” and its frames show 3 copies, "
            "the graph has 2",
        ),
        (
            Level.BLOCK, "1.2 k each", "2.4 k each",
            "“BasicBlock, 8 ×2 / 1 residual · 2.4 k each” shows 4,800 parameters in 2 copies, "
            "the graph has 2,400",
        ),
        (
            Level.BLOCK, "1 residual · 4.8 k", "2 residual · 4.8 k",
            "“BasicBlock, 16 / 2 residual · 4.8 k” counts 2 residual, the graph has 1",
        ),
        (
            Level.STAGE, "2 BasicBlocks", "4 BasicBlocks",
            "“4 BasicBlocks / layer1 · 2 residual · 2.4 k” counts 4 BasicBlocks, the graph has 2",
        ),
        (
            Level.LAYER, "×2 BasicBlock", "×4 BasicBlock",
            "the frame “×4 BasicBlock / 1.2 k each” shows 4 copies, the graph has 2",
        ),
        (
            Level.LAYER, "1.2 k each", "2.4 k each",
            "the frame “×2 BasicBlock / 2.4 k each” shows 4,800 parameters in 2 copies, "
            "the graph has 2,400",
        ),
        (
            Level.LAYER, "image 3×32×32", "image 3×64×64",
            "“image 3×64×64” shows 3×64×64, the tensor is 3×32×32",
        ),
        (
            Level.LAYER, "16 → 10", "16 → 12",
            "“Linear, 16 → 12 / 170 params” shows 16 → 12, no tensor in it has the size 12",
        ),
        (
            Level.LAYER, "16×16×16", "32×16×16",
            "“3×3 conv, 16 / BN, ReLU · 1.2 k” returns no tensor of the shape 32×16×16 beside "
            "its arrow",
        ),
    ],
)  # fmt: skip
def test_a_false_label_is_found(level: Level, old: str, new: str, message: str) -> None:
    drawn = figure(level)
    found = check_agreement(drawn.architecture, damaged(drawn.scene, old, new))
    assert f"numbers: {message}" in map(str, found)


def test_parameters_are_those_of_the_operations() -> None:
    drawn = figure(Level.STAGE)
    boxes = (replace(drawn.scene.boxes[0], parameters=1), *drawn.scene.boxes[1:])
    found = check_agreement(drawn.architecture, replace(drawn.scene, boxes=boxes))
    assert [str(one) for one in found] == [
        "numbers: “image 3×32×32” has 1 parameters and 0 MACs, its operations 0 and 0"
    ]


def test_an_input_without_a_box_is_found() -> None:
    drawn = figure(Level.STAGE)
    scene = replace(drawn.scene, boxes=drawn.scene.boxes[1:], arrows=drawn.scene.arrows[1:])
    found = check_agreement(drawn.architecture, scene)
    assert [str(one) for one in found] == ["numbers: the input x has no box"]


def test_the_check_of_a_figure_reads_its_numbers() -> None:
    drawn = figure(Level.BLOCK)
    scene = damaged(drawn.scene, "1 residual", "3 residual")
    false = replace(drawn, drawing=replace(drawn.drawing, scene=scene))
    assert drawn.check() == []
    assert [finding.rule for finding in false.check()] == ["numbers"] * 3


@pytest.mark.parametrize(
    "function",
    [
        lambda m, x: torch.einsum("bld,dhk->blhk", x, m.w),
        lambda m, x: x @ m.w.view(8, 20),
        lambda m, x: F.linear(x, m.w.view(20, 8)),
    ],
)
def test_a_layer_maps_what_its_weight_does(function: Callable[[Any, Tensor], Tensor]) -> None:
    drawn = visualize.draw(Function(function, w=(8, 4, 5)), (2, 3, 8), level="layer")
    assert "Linear, 8 → 20" in {box.label[0] for box in drawn.scene.boxes}
    assert check_agreement(drawn.architecture, drawn.scene) == []
    wrong = damaged(drawn.scene, "8 → 20", "8 → 21")
    assert check_agreement(drawn.architecture, wrong)


class SharedPosition(nn.Module):
    """Blocks of their own, before each of which one residual encoder of positions runs."""

    def __init__(self) -> None:
        super().__init__()
        self.position = nn.Sequential(Residual(), Residual())
        self.stem = nn.Sequential(self.position, Residual())
        self.blocks = nn.ModuleList(nn.Sequential(Residual(), Residual()) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        """Run the encoder and the block, four times, after a stem with the same encoder."""
        x = self.stem(x)
        for block in self.blocks:
            x = block(self.position(x))
        return x


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(8, 8), nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        """Add what two layers make of it."""
        return x + self.second(torch.relu(self.first(x)))


@pytest.mark.parametrize("level", [Level.BLOCK, Level.STAGE])
def test_a_connection_that_blocks_share_counts_once(level: Level) -> None:
    figure = visualize.draw(SharedPosition(), (2, 8), level=level)
    assert sorted(skip.count for skip in figure.architecture.skips) == [1] * 9 + [5] * 2
    assert figure.check() == []
