"""Blocks: what a network repeats."""

from __future__ import annotations

import functools

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import visualize
from tests.diagrams import (
    CALLED_AGAIN,
    boxes,
)
from tests.graphs import (
    Net,
    run,
)
from visualize.core.choices import Level
from visualize.core.diagram import BoxKind, Diagram
from visualize.describe.weighted import weighted_layers
from visualize.simplify import simplify as fold_and_simplify
from visualize.simplify.blocks import find_blocks

simplify = functools.partial(fold_and_simplify, folded=False)


def test_blocks_are_what_a_module_repeats() -> None:
    """Not the module that holds them, though it has a class of its own."""
    net = Net()
    x = net.input(1, 8)
    with net.call("encoder", "Encoder"):
        for name in ("0", "1"):
            with net.call(name, "EncoderLayer"):
                x = net.linear(net.linear(x, name="up"), name="down")
    net.output(x)
    simple = simplify(net.build(), Level.BLOCK)
    assert [(box.id, box.type) for box in simple.boxes if box.kind is BoxKind.BLOCK] == [
        ("encoder.0", "EncoderLayer"),
        ("encoder.1", "EncoderLayer"),
    ]


def test_a_module_of_its_own_class_is_a_block() -> None:
    net = Net()
    x = net.conv(net.input(1, 8))
    with net.call("head", "Head"):
        x = net.linear(net.linear(x, name="hidden"), name="scores")
    net.output(x)
    assert boxes(net, Level.BLOCK)["Head"] == ("head_hidden", "head_scores")


def test_sums_of_positions_make_no_block() -> None:
    """A stack that computes a mask holds blocks, as one does that is given a mask."""
    net = Net()
    x = net.input(1, 8)
    with net.call("decoder", "Decoder"):
        net.function("add", net.function("arange", shape=(8,)))
        for name in ("0", "1"):
            with net.call(name, "DecoderLayer"):
                x = net.linear(net.linear(x, name="up"), name="down")
    with net.call("encoder", "Decoder"):
        for name in ("0", "1"):
            with net.call(name, "DecoderLayer"):
                x = net.linear(net.linear(x, name="up"), name="down")
    net.output(x)
    blocks = {block.path for block in find_blocks(simplify(net.build(), Level.OP)).values()}
    assert blocks == {"decoder.0", "decoder.1", "encoder.0", "encoder.1"}


def test_a_second_call_of_a_block_is_another_box() -> None:
    again = simplify(run(CALLED_AGAIN), Level.BLOCK)
    assert [box.id for box in again.boxes if box.kind is BoxKind.BLOCK] == [
        "layers.0",
        "layers.1",
        "layers.0@1",
        "layers.1@1",
    ]


def test_the_module_that_concatenates_is_the_block_and_not_its_branches() -> None:
    net = Net()
    node = net.input()
    for number in range(2):
        with net.call(f"mixed{number}", "Mixed"):
            ends = []
            for branch in ("left", "right"):
                with net.call(branch, "Separable"):
                    ends.append(net.conv(net.conv(node)))
            node = net.function("cat", *ends)
    net.output(node)
    types = [box.type for box in simplify(net.build(), Level.BLOCK).boxes]
    assert types == ["input", "Mixed", "Mixed", "output"]


def test_a_layer_that_is_called_again_is_no_block() -> None:
    net = Net()
    x = net.input()
    for number in (0, 1, 0, 1):
        with net.call(f"blocks.{number}"):
            x = net.conv(net.module("ReLU", net.conv(x, name="conv1")), name="conv2")
    net.output(x)
    found = [box.id for box in simplify(net.build(), Level.BLOCK).boxes if len(box.members) > 1]
    assert found == ["blocks.0", "blocks.1", "blocks.0@1", "blocks.1@1"]


class Flat(nn.Module):
    """Two convolutions whose kernels are flat, or one whose kernel is a product."""

    def __init__(self, layers: int) -> None:
        super().__init__()
        self.kernels = nn.ParameterList([torch.rand(576) for _ in range(2)])
        self.layers = layers

    def forward(self, x: Tensor) -> Tensor:
        one, other = (kernel.view(8, 8, 3, 3) for kernel in self.kernels)
        if self.layers == 1:
            return F.conv2d(x, one * other, padding=1)
        return x + F.conv2d(F.conv2d(x, one, padding=1).relu(), other, padding=1)


@pytest.mark.parametrize(("layers", "is_block"), [(1, False), (2, True)])
def test_a_layer_is_counted_by_the_weight_it_uses(layers: int, is_block: bool) -> None:
    model = nn.Sequential(nn.Conv2d(3, 8, 1), Flat(layers), nn.ReLU(), Flat(layers))
    exact = visualize.trace(model, (1, 3, 9, 9))
    kinds = {block.type for block in find_blocks(Diagram.of(exact)).values()}
    assert kinds == ({"Flat"} if is_block else set())
    assert len(weighted_layers(exact).lengths) == 1 + 2 * layers
    assert len(exact.skips) == (2 if is_block else 0)


class Nested(nn.Module):
    """A level of a U around the one below it."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self.down = Wide()
        self.inner = Nested(depth - 1) if depth else Wide()

    def forward(self, x: Tensor) -> Tensor:
        inside = self.inner(self.down(F.max_pool2d(x, 2)))
        return torch.cat((x, F.interpolate(inside, scale_factor=2)), 1)[:, :8]


class Wide(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.two(self.one(x).relu())
        return out


def test_a_class_that_nests_in_itself_is_no_block() -> None:
    exact = visualize.trace(nn.Sequential(nn.Conv2d(3, 8, 1), Nested(2)), (1, 3, 32, 32))
    assert {block.type for block in find_blocks(Diagram.of(exact)).values()} == {"Wide"}
