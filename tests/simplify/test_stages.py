"""Stages: runs of blocks at one resolution."""

from __future__ import annotations

import functools

from torch import nn

import visualize
from tests.diagrams import (
    CALLED_AGAIN,
)
from tests.graphs import (
    Net,
    resnet,
    run,
)
from tests.two_blocks import Block
from visualize.core.choices import Level
from visualize.core.diagram import BoxKind
from visualize.simplify import simplify as fold_and_simplify

simplify = functools.partial(fold_and_simplify, folded=False)


def test_stages() -> None:
    simple = simplify(resnet(), Level.STAGE)
    stages = [box for box in simple.boxes if box.kind is BoxKind.STAGE]
    assert [(box.path, box.type, box.count) for box in stages] == [
        ("layer1", "BasicBlock", 2),
        ("layer2", "BasicBlock", 2),
    ]
    assert [box.type for box in simple.boxes if box.kind.is_layer] == [
        "Conv2d",
        "AdaptiveAvgPool2d",
        "Linear",
    ]


def test_a_second_call_of_a_stage_is_another_box() -> None:
    again = simplify(run(CALLED_AGAIN), Level.STAGE)
    kinds = [box.kind for box in again.boxes if box.kind is not BoxKind.INPUT]
    assert kinds == [BoxKind.STAGE, BoxKind.OPERATION, BoxKind.STAGE, BoxKind.OUTPUT]


def test_images_without_a_batch_have_stages_too() -> None:
    layers: list[nn.Module] = []
    for width in (8, 16):
        layers += [nn.Conv2d(width // 2, width, 1, 2), nn.Sequential(Block(width), Block(width))]
    names = {}
    for shape in ((4, 16, 12), (1, 4, 16, 12), (5, 4, 16, 12)):
        diagram = simplify(visualize.trace(nn.Sequential(*layers), shape), Level.STAGE)
        names[shape] = [box.path for box in diagram.boxes if box.kind is BoxKind.STAGE]
    assert set(map(tuple, names.values())) == {("1", "3")}


def test_a_stage_in_two_parts_keeps_both() -> None:
    """The outer module runs something between the stem and the blocks of an inner one."""
    net = Net()
    x = net.input()
    for name in ("stem", "block0", "block1"):
        with net.call(f"inner.{name}", "Stem" if name == "stem" else "Block"):
            x = net.conv(net.conv(x, name="a"), name="b")
        if name == "stem":
            x = net.resize("MaxPool2d", x, 0.5)
    net.output(x)
    network = net.build()
    stages = simplify(network, Level.STAGE)
    assert set(stages.hosts) == set(network.graph)
    assert [(box.path, box.count) for box in stages.boxes if box.kind is BoxKind.STAGE] == [
        ("inner", 1),
        ("inner", 2),
    ]
