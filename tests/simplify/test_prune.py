"""Pruning: plumbing, what is never used and what only moves data go into other boxes."""

from __future__ import annotations

import re
from collections.abc import Callable

import networkx as nx
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import visualize
from tests.diagrams import (
    boxes,
)
from tests.formulas import types
from tests.graphs import (
    Net,
)
from visualize.core.choices import Level
from visualize.simplify import simplify


class TestPruning:
    def test_sizes_and_constants_serve_the_operation_that_uses_them(self) -> None:
        net = Net()
        x = net.input(1, 8, 4, 4)
        size = net.value("mul", net.value("size", x))
        x = net.add(net.function("view", x, size), net.function("exp", net.constant("bias", 8)))
        net.output(x)
        assert boxes(net, Level.OP) == {
            "input": ("x",),
            "view": ("size", "mul", "view"),
            "add": ("bias", "exp", "add"),
            "output": ("output",),
        }

    def test_joining_one_tensor_does_nothing(self) -> None:
        net = Net()
        x = net.conv(net.input())
        y = net.function("cat", x)
        net.output(net.function("tanh", net.function("cat", y, x)))
        joined = boxes(net, Level.OP)["cat"]
        assert joined == ("cat", "cat_1")

    def test_a_constant_goes_to_its_first_user(self) -> None:
        net = Net()
        table = net.constant("table", 8)
        net.output(net.mul(net.add(net.input(1, 8), table), table))
        assert boxes(net, Level.OP)["add"] == ("table", "add")

    def test_a_check_goes_to_what_it_checks(self) -> None:
        net = Net()
        x = net.conv(net.input())
        net.value("assert", net.value("eq", net.value("size", x)))
        net.output(x)
        assert boxes(net, Level.OP)["Conv2d"] == ("conv2d0", "size", "eq", "assert")

    def test_picking_a_tensor_goes_to_what_returns_several(self) -> None:
        net = Net()
        halves = net.split("chunk", net.conv(net.input()), (1, 4, 16, 16), (1, 4, 16, 16))
        net.output(net.conv(net.cat(*halves)))
        assert boxes(net, Level.OP)["chunk"] == ("chunk", "getitem", "getitem_1")

    def test_a_slice_stays_at_op_level(self) -> None:
        net = Net()
        net.output(net.function("getitem", net.input(), shape=(1, 4, 16, 16)))
        assert boxes(net, Level.OP)["getitem"] == ("getitem",)

    def test_reshaping_goes_to_the_operation_before(self) -> None:
        net = Net()
        x = net.module("Dropout", net.conv(net.input(1, 8, 1, 1)), name="dropout")
        net.output(net.linear(net.function("flatten", x, shape=(1, 8))))
        assert boxes(net)["Conv2d"] == ("conv2d0", "dropout", "flatten")

    def test_reshaping_of_an_input_goes_to_the_operation_after(self) -> None:
        net = Net()
        x = net.function("flatten", net.input(1, 8, 1, 1), shape=(1, 8))
        net.output(net.linear(x))
        assert boxes(net)["Linear"] == ("flatten", "linear0")

    def test_reshaping_does_not_go_past_what_picks_by_a_computed_index(self) -> None:
        net = Net()
        x = net.conv(net.input())
        with net.call("experts"):
            flat = net.function("flatten", x, shape=(1, 8))
            picked = net.function("getitem", flat, net.function("argsort", x))
            net.output(net.linear(picked))
        simplified = simplify(net.build(), Level.LAYER, folded=False)
        assert nx.is_directed_acyclic_graph(simplified.graph)

    def test_reshaping_and_padding_by_nothing_go_the_same_way(self) -> None:
        net = Net()
        x = net.linear(net.input(1, 8, 8))
        with net.call("mixer", "Mixer"):
            x = net.function("pad", net.function("permute", x))
            net.output(net.linear(x, name="in"))
        assert boxes(net)["Linear"] == ("permute", "pad", "mixer_in")

    def test_a_single_tensor_has_an_output(self) -> None:
        net = Net()
        net.output(net.conv(net.input()))
        assert boxes(net)["output"] == ("output",)

    def test_an_unused_result_keeps_the_output(self) -> None:
        net = Net()
        x = net.input()
        net.conv(x, name="unused")
        net.output(net.conv(x))
        assert boxes(net)["output"] == ("output",)

    def test_what_nothing_uses_goes_to_what_it_reads(self) -> None:
        net = Net()
        x = net.input()
        net.function("any", net.function("eq", x))
        net.output(net.conv(x))
        assert boxes(net)["input"] == ("x", "eq", "any")

    @pytest.mark.parametrize("kind", ["sub", "mse_loss", "cosine_similarity"])
    def test_what_nothing_uses_brings_no_arrow(self, kind: str) -> None:
        net = Net()
        x = net.input()
        one, two = net.conv(x, name="one"), net.conv(x, name="two")
        net.function("max", net.function(kind, one, two))
        net.output(net.conv(two, name="last"))
        simple = simplify(net.build(), Level.LAYER)
        assert simple.hosts["max"] == "two"
        assert [(source, target) for source, target, _ in simple.wires] == [
            ("x", "one"), ("x", "two"), ("two", "last"), ("last", "output"),
        ]  # fmt: skip

    def test_a_layer_that_only_unused_work_reads_is_unused(self) -> None:
        net = Net()
        x = net.input()
        one, two = net.conv(x, name="one"), net.conv(x, name="two")
        net.function("sub", one, two)
        net.output(net.conv(two))
        figure = visualize.draw(net.build(), level="layer")
        unused = [box.id for box in figure.scene.boxes if "unused" in " ".join(box.label)]
        assert unused == ["one"]
        assert [str(finding) for finding in figure.check()] == []

    def test_what_leads_to_an_unused_layer_stays(self) -> None:
        net = Net()
        x = net.input()
        net.conv(net.function("relu", x), name="unused")
        net.output(net.conv(x))
        assert boxes(net)["relu"] == ("relu",)

    def test_what_deals_out_the_result_of_another_module_stays(self) -> None:
        net = Net()
        x = net.conv(net.input())
        with net.call("block"):
            half = net.function("getitem", x, shape=(1, 4, 16, 16))
            net.output(net.conv(half), net.conv(half))
        assert boxes(net)["getitem"] == ("getitem",)

    def test_two_tensors_that_are_returned_meet_in_an_output(self) -> None:
        net = Net()
        x = net.conv(net.input())
        net.output(x, net.linear(x))
        assert boxes(net)["output"] == ("output",)


def test_shapes_and_dtypes_of_data_are_no_data() -> None:
    class Masked(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            mask = torch.ones_like(x).cumsum(1)
            return x.relu() * mask.type_as(x)

    assert types(Masked()) == ["relu"]


class Neutral(nn.Module):
    """What adds 0 or multiplies by 1, on the way from an input to a layer and to two users."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(0 + x)
        x = x * 1.0 - 0
        return sum([self.second(x), x.relu()]) / 1


@pytest.mark.parametrize("level", list(Level))
def test_adding_zero_and_multiplying_by_one_have_no_box(level: Level) -> None:
    figure = visualize.draw(Neutral(), (1, 4), level=level.value)
    words = " ".join(line for box in figure.scene.boxes for line in box.label)
    assert not re.search(r"[+×÷−] ?[01]\b", words)
    if level is Level.OP:
        types = [box.label[0].partition(" ")[0] for box in figure.scene.boxes]
        assert types == ["x", "Linear,", "Linear,", "ReLU", "+", "output"]


class Queries(nn.Module):
    """Learned tokens, copied for each sample, that attend to the input."""

    def __init__(self, copied: Callable[[Tensor, int], Tensor]) -> None:
        super().__init__()
        self.copied = copied
        self.tokens = nn.Parameter(torch.zeros(6, 8))
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.last = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.attention(self.copied(self.tokens, x.shape[0]), x, x)[0])


@pytest.mark.parametrize("level", [Level.LAYER, Level.BLOCK])
@pytest.mark.parametrize(
    "copied",
    [
        lambda tokens, batch: tokens[None].repeat(batch, 1, 1),
        lambda tokens, batch: torch.stack([tokens] * batch),
        lambda tokens, batch: torch.cat([tokens[None]] * batch),
        lambda tokens, batch: tokens.tile((batch, 1, 1)),
    ],
)
def test_a_copy_for_each_sample_has_no_box(
    copied: Callable[[Tensor, int], Tensor], level: Level
) -> None:
    figure = visualize.draw(Queries(copied), (2, 5, 8), level=level.value, tracer="recorded")
    assert [box.label[0] for box in figure.scene.boxes] == [
        "x 5×8", "tokens, 6×8", "multi-head attention, 2 heads", "Linear, 8 → 3",
        "output 6×3",
    ]  # fmt: skip
    assert not any("2×6" in arrow.label for arrow in figure.scene.arrows)


def test_what_repeats_a_table_within_a_sample_has_a_box() -> None:
    figure = visualize.draw(
        Queries(lambda tokens, batch: tokens[None].expand(batch, -1, -1).repeat(1, 2, 1)), (2, 5, 8)
    )
    assert "repeat" in [box.label[0] for box in figure.scene.boxes]


class _Timed(nn.Module):
    """A layer of a time that is the same for each sample."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(1, 4), nn.Linear(4, 4)

    def forward(self, x: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
        return self.last(x) + self.first(time.expand(x.shape[0])[:, None].float())


def test_an_expansion_to_the_same_shape_is_no_box() -> None:
    architecture = visualize.trace(_Timed(), (torch.zeros(2, 4), torch.zeros(2)))
    types = {box.type for box in simplify(architecture, Level.LAYER).boxes}
    assert "expand" in {one.type for one in architecture.operations}
    assert "expand" not in types


def _embedding(time: torch.Tensor) -> torch.Tensor:
    angles = time[:, None].float() * torch.exp(-torch.arange(4.0))[None]
    return torch.cat((angles.sin(), angles.cos()), -1)


class _Step(nn.Module):
    """A layer of the number of a step, of which a function makes a vector."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(8, 4), nn.Linear(4, 4)

    def forward(self, x: torch.Tensor, step: torch.Tensor) -> torch.Tensor:
        return self.last(x) + self.first(_embedding(step.expand(x.shape[0])))


def test_reshaping_of_an_input_goes_to_the_computation_that_reads_it() -> None:
    step = torch.zeros(2, dtype=torch.int64)
    architecture = visualize.trace(_Step(), (torch.zeros(2, 4), step))
    types = [box.type for box in simplify(architecture, Level.LAYER).boxes]
    assert "expand" in {one.type for one in architecture.operations}
    assert "embedding" in types
    assert "expand" not in types


@pytest.mark.parametrize("mode", ["constant", "reflect"])
def test_padding_for_a_convolution_is_part_of_it(mode: str) -> None:
    class Same(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.conv = nn.Conv2d(3, 4, 1), nn.Conv2d(4, 4, 3, stride=2)

        def forward(self, x: Tensor) -> Tensor:
            return self.conv(F.pad(self.first(x).sigmoid().exp(), (0, 1, 0, 1), mode=mode))

    figure = visualize.draw(Same(), (1, 3, 8, 8), level="layer")
    assert [box.label[0] for box in figure.scene.boxes[1:-1]] == [
        "1×1 conv, 4", "exp", "3×3 conv, 4, /2"
    ]  # fmt: skip


@pytest.mark.parametrize(("equation", "is_shown"), [("nhwc->nchw", False), ("nhwc->nhw", True)])
def test_an_einsum_that_only_moves_axes_has_no_box(equation: str, is_shown: bool) -> None:
    class Moved(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.last = nn.Linear(8, 4), nn.Linear(6, 2)

        def forward(self, x: Tensor) -> Tensor:
            return self.last(torch.einsum(equation, self.first(x)))

    figure = visualize.draw(Moved(), (1, 5, 6, 8), level="layer")
    assert ("einsum" in str([box.label for box in figure.scene.boxes])) is is_shown
