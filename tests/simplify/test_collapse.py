"""Blocks and stages become one box."""

from __future__ import annotations

import functools

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.graphs import Net, resnet
from visualize.core.choices import Level
from visualize.core.diagram import Box, BoxKind
from visualize.scene.build import build_scene
from visualize.simplify import simplify as fold_and_simplify

simplify = functools.partial(fold_and_simplify, folded=False)


def test_skips_are_drawn_among_layers_and_collapsed_in_blocks() -> None:
    layers, blocks = (simplify(resnet(), level) for level in (Level.LAYER, Level.BLOCK))
    assert [layers.is_collapsed(skip) for skip in layers.skips] == 4 * [False]
    assert [blocks.is_collapsed(skip) for skip in blocks.skips] == 4 * [True]


def _stages(net: Net) -> dict[str, Box]:
    boxes = simplify(net.build(), Level.STAGE).boxes
    return {box.path: box for box in boxes if box.kind is BoxKind.STAGE}


def _block(net: Net, x: str, name: str, kind: str = "Block") -> str:
    with net.call(name, kind):
        return net.conv(net.module("ReLU", net.conv(x, name="conv1")), name="conv2")


def test_a_stage_counts_the_blocks_of_its_class_and_no_others() -> None:
    net = Net()
    x = net.input()
    with net.call("stage1", "Sequential"):
        for number in range(3):
            x = _block(net, x, f"{number}")
    with net.call("stage2", "Sequential"):
        x = _block(net, x, "0")
        x = _block(net, x, "1", "Neck")
    net.output(x)
    found = _stages(net)
    assert (found["stage1"].type, found["stage1"].count) == ("Block", 3)
    assert (found["stage2"].type, found["stage2"].count) == ("Block", 1)


def test_a_stage_counts_a_block_that_is_called_again_once() -> None:
    net = Net()
    x = net.input()
    with net.call("stage", "Sequential"):
        for number in (0, 1, 0, 1):
            x = _block(net, x, f"{number}")
    net.output(x)
    diagram = simplify(net.build(), Level.STAGE)
    (stage,) = (box for box in build_scene(diagram, "stage").boxes if box.role == "stage")
    assert stage.label[0] == "2 Blocks"
    assert stage.label[1].startswith("4 calls")


def _in_parallel(more: bool) -> list[str]:
    """The first stage's label of a net with two stages, the first of blocks side by side."""
    net = Net()
    x = net.input()
    with net.call("branches", "ModuleList"):
        outs = [_block(net, x, f"{number}") for number in range(3)]
        if more:
            outs.append(net.conv(x, name="single"))
    x = net.function("cat", *outs)
    with net.call("stage2", "Sequential"):
        for number in range(2):
            x = _block(net, x, f"{number}")
    net.output(x)
    boxes = build_scene(simplify(net.build(), Level.STAGE), "stage").boxes
    first = next(box for box in boxes if box.role == "stage")
    return list(first.label)


def test_blocks_side_by_side_do_not_read_as_a_series() -> None:
    assert _in_parallel(more=False)[0] == "3 Blocks in parallel"
    title, details = _in_parallel(more=True)
    assert title == "4 parallel branches"
    assert details.startswith("3 Blocks · branches")


@pytest.mark.parametrize("between", ["norm", "pool", "nothing"])
def test_a_stage_of_layers_counts_what_has_a_weight_matrix(between: str) -> None:
    net = Net()
    x = net.input()
    for name, width in (("features", 8), ("head", 4)):
        with net.call(name, "Sequential"):
            x = net.conv(net.conv(x, width), width)
            x = {"norm": net.norm, "pool": net.global_pool}.get(between, lambda x: x)(x)
            x = net.resize("Upsample", x, 4) if between == "pool" else x
            x = net.conv(net.module("Softmax", x), width)
    net.output(x)
    stages = _stages(net)
    assert [(one.type, one.count) for one in stages.values()] == [("Conv2d", 3)] * 2


def test_layers_of_several_kinds_are_layers() -> None:
    net = Net()
    x = net.input()
    for name in ("features", "head"):
        with net.call(name, "Sequential"):
            x = net.conv(x)
            x = net.module("ConvTranspose2d", x, weights=((8, 8, 3, 3),))
    net.output(x)
    assert [(one.type, one.count) for one in _stages(net).values()] == [("layer", 2)] * 2


class Concat(nn.Module):
    def forward(self, *tensors: Tensor) -> Tensor:
        return torch.cat(tensors, 1)


class Sum(nn.Module):
    def forward(self, *tensors: Tensor) -> Tensor:
        return torch.stack(tensors).sum(0) if len(tensors) > 2 else tensors[0] + tensors[1]


class Neck(nn.Module):
    """Two convolutions whose results a module merges, each in a list of modules as a stage is."""

    def __init__(self, merge: nn.Module, channels: int) -> None:
        super().__init__()
        self.model = nn.Sequential(
            nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 1)),
            nn.Sequential(nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 8, 1)),
            merge,
            nn.Sequential(nn.Conv2d(channels, 8, 3), nn.Conv2d(8, 8, 1)),
        )

    def forward(self, x: Tensor) -> Tensor:
        first = self.model[0](x)
        return self.model[3](self.model[2](self.model[1](first), first))  # type: ignore[operator]


@pytest.mark.parametrize(("merge", "channels"), [(Concat(), 16), (Sum(), 8)])
def test_a_collapsed_module_that_only_merges_is_a_merge(merge: nn.Module, channels: int) -> None:
    model = Neck(merge, channels)
    boxes = visualize.draw(model, (1, 3, 9, 9), level="layer", collapse="model[2]").scene.boxes
    assert [box.role for box in boxes].count("merge") == 1
    assert not any(type(merge).__name__ in box.label[0] for box in boxes)
