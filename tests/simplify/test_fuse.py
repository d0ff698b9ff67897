"""Fusing: norms, activations and skip branches join the layer before them."""

from __future__ import annotations

import functools

from torch import Tensor, nn
from torch.nn import functional as F

import visualize
from tests.diagrams import (
    boxes,
)
from tests.graphs import (
    Net,
    resnet,
)
from visualize.core.architecture import SkipKind
from visualize.core.choices import Level
from visualize.simplify import simplify as fold_and_simplify

simplify = functools.partial(fold_and_simplify, folded=False)


class TestFusing:
    def test_convolution_norm_and_activation(self) -> None:
        net = Net()
        x = net.norm(net.conv(net.input(), name="conv"), "norm")
        net.output(net.global_pool(net.function("relu", x)))
        fused = boxes(net)["Conv2d"]
        assert fused == ("conv", "norm", "relu")

    def test_a_result_that_is_used_twice_is_not_fused(self) -> None:
        net = Net()
        x = net.conv(net.input(), name="conv")
        net.output(net.norm(x, "norm"), x)
        assert boxes(net)["Conv2d"] == ("conv",)
        assert boxes(net)["BatchNorm2d"] == ("norm",)

    def test_a_norm_after_the_activation_is_not_fused(self) -> None:
        net = Net()
        x = net.function("relu", net.conv(net.input(), name="conv"))
        net.output(net.norm(x, "norm"))
        assert boxes(net)["Conv2d"] == ("conv", "relu")
        assert boxes(net)["BatchNorm2d"] == ("norm",)

    def test_a_norm_that_reads_a_second_tensor_is_not_fused(self) -> None:
        net = Net()
        style = net.input(1, 8, 1, 1, name="style")
        x = net.module("LayerNorm", net.conv(net.input(), name="conv"), style, name="norm")
        net.output(net.conv(x))
        assert boxes(net)["LayerNorm"] == ("norm",)

    def test_a_second_activation_is_not_fused(self) -> None:
        net = Net()
        x = net.function("relu", net.conv(net.input(), name="conv"))
        net.output(net.function("sigmoid", x))
        assert boxes(net)["Conv2d"] == ("conv", "relu")

    def test_an_activation_joins_a_merge(self) -> None:
        net = Net()
        x = net.input()
        net.output(net.conv(net.function("relu", net.add(net.conv(x), x))))
        assert boxes(net)["add"] == ("add", "relu")

    def test_an_activation_does_not_join_an_input(self) -> None:
        net = Net()
        net.output(net.function("relu", net.input()))
        assert boxes(net) == {"input": ("x",), "relu": ("relu",), "output": ("output",)}

    def test_a_scale_by_a_parameter_joins_what_is_scaled(self) -> None:
        net = Net()
        x = net.mul(net.linear(net.input(1, 8)), net.constant("gamma", 8))
        net.output(net.linear(x, name="head"), x)
        assert ("linear0", "gamma", "mul") in [
            box.members for box in simplify(net.build(), Level.LAYER).boxes
        ]


class TestSkipBranches:
    def test_a_projection_goes_to_its_merge(self) -> None:
        layers = simplify(resnet(), Level.LAYER)
        (index,) = [
            index for index, skip in enumerate(layers.skips) if skip.kind is SkipKind.PROJECTION
        ]
        skip = layers.skips[index]
        assert layers.box("add_2").members[:3] == (*skip.branch, "add_2")
        assert [edge[:2] for edge in layers.wires if edge[2].skip == index] == [("add_1", "add_2")]

    def test_a_branch_with_another_user_stays(self) -> None:
        net = Net()
        x = net.input()
        down = net.conv(x, stride=2, name="down")
        y = net.conv(net.function("relu", net.conv(x, stride=2)))
        net.output(net.add(y, down), down)
        layers = simplify(net.build(), Level.LAYER)
        assert layers.box("down").members == ("down",)
        assert [edge[:2] for edge in layers.wires if edge[2].skip == 0] == [
            ("x", "down"),
            ("down", "add"),
        ]

    def test_layers_on_the_way_to_a_concat_stay(self) -> None:
        net = Net()
        x = net.conv(net.input(), name="a")
        skip = net.norm(net.conv(x, name="lateral"), "norm")
        low = net.conv(net.conv(x, stride=2, name="b"), name="c")
        net.output(net.conv(net.cat(net.resize("interpolate", low, 2), skip), name="d"))
        held = [box.members for box in simplify(net.build(), Level.LAYER).boxes]
        assert ("lateral", "norm") in held


class TestBordersOfBlocks:
    """What has parameters stays in its block; what has none may join the layer before it."""

    @staticmethod
    def parameters(net: Net, path: str) -> int:
        """What the boxes count that are called from one block."""
        diagram = simplify(net.build(), Level.LAYER)
        return sum(box.parameters for box in diagram.boxes if path in {c.path for c in box.calls})

    def test_a_norm_at_the_beginning_of_a_block(self) -> None:
        net = Net()
        x = net.conv(net.input(), name="stem")
        for number in range(2):
            with net.call(f"block{number}"):
                x = net.function("relu", net.norm(x, "norm"))
                x = net.conv(net.conv(x, name="one"), name="two")
        net.output(x)
        assert self.parameters(net, "block0") == self.parameters(net, "block1") == 2 * 584 + 16
        assert boxes(net)["BatchNorm2d"] == ("block1_norm", "relu_1")

    def test_a_norm_behind_a_block(self) -> None:
        net = Net()
        x = net.conv(net.input(), name="stem")
        for number in range(2):
            with net.call(f"block{number}"):
                x = net.conv(net.conv(x, name="one"), name="two")
            x = net.function("relu", net.norm(x, f"norm{number}"))
        net.output(net.global_pool(x))
        assert self.parameters(net, "block0") == self.parameters(net, "block1") == 2 * 584

    def test_a_shortcut_that_the_caller_computes(self) -> None:
        net = Net()
        x = net.conv(net.input(), name="stem")
        for number in range(2):
            shortcut = net.norm(net.conv(x, name=f"shortcut{number}"), f"norm{number}")
            with net.call(f"block{number}"):
                y = net.conv(net.function("relu", net.conv(x, name="one")), name="two")
                x = net.add(y, shortcut)
        net.output(x)
        assert self.parameters(net, "block0") == self.parameters(net, "block1") == 2 * 584

    def test_a_wrapper_of_one_layer_is_no_block(self) -> None:
        net = Net()
        x = net.input()
        for number in range(2):
            with net.call(f"conv{number}", "SameConv"):
                x = net.conv(x, name="conv")
            x = net.norm(x, f"norm{number}")
        net.output(net.global_pool(x))
        assert boxes(net)["Conv2d"] == ("conv1_conv", "norm1")


class Bottleneck(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = nn.Conv2d(8, 4, 1), nn.Conv2d(4, 8, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.two(self.one(x).relu())
        return out


class Hourglass(nn.Module):
    """A block on the skip connection, and others at the lower resolution."""

    def __init__(self) -> None:
        super().__init__()
        self.upper, self.lower = Bottleneck(), Bottleneck()
        self.inner = nn.Sequential(Bottleneck(), Bottleneck())

    def forward(self, x: Tensor) -> Tensor:
        low = self.inner(self.lower(F.max_pool2d(x, 2)))
        out: Tensor = self.upper(x) + F.interpolate(low, scale_factor=2)
        return out


def test_a_block_on_a_skip_connection_stays_one() -> None:
    architecture = visualize.trace(Hourglass(), (1, 8, 16, 16))
    diagram = fold_and_simplify(architecture, Level.BLOCK, folded=False)
    assert sum(box.type == "Bottleneck" for box in diagram.boxes) == 4
