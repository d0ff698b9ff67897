"""Side boxes that serve several modules lie outside of all of them."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import visualize
from tests.graphs import Net
from visualize.core.choices import Level
from visualize.core.diagram import Diagram
from visualize.simplify import simplify
from visualize.simplify.lift import lift_shared
from visualize.simplify.prune import prune_plumbing


class Attention(nn.Module):
    """Attention with a bias that the first of several makes for all."""

    def __init__(self, is_first: bool) -> None:
        super().__init__()
        self.qkv, self.out = nn.Linear(8, 24), nn.Linear(8, 8)
        if is_first:
            self.bias = nn.Sequential(nn.Linear(1, 4), nn.ReLU(), nn.Linear(4, 1))

    def forward(self, x: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor]:
        if bias is None:
            places = torch.arange(6.0)
            bias = self.bias((places[:, None] - places)[..., None])[..., 0]
        q, k, v = self.qkv(x).chunk(3, -1)
        scores = q @ k.transpose(-1, -2) + bias
        return x + self.out(scores.softmax(-1) @ v), bias


class Biased(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Attention(number == 0) for number in range(4))

    def forward(self, x: Tensor) -> Tensor:
        bias = None
        for layer in self.layers:
            x, bias = layer(x, bias)
        return x


class TestBiasOfAllLayers:
    def test_layers_fold(self) -> None:
        figure = visualize.draw(Biased(), (1, 6, 8), level="layer")
        repeats = {box.label[0]: box.repeat for box in figure.scene.boxes}
        assert repeats["Linear, 1 → 4"] == repeats["Linear, 4 → 1"] == 1
        assert repeats["self-attention"] == repeats["QKV projection"] == repeats["+"] == 4
        assert len(figure.architecture.skips) == 4

    def test_blocks_fold_and_count_their_own_parameters(self) -> None:
        figure = visualize.draw(Biased(), (1, 6, 8), level="block")
        (block,) = (box for box in figure.scene.boxes if box.role == "block")
        assert block.repeat == 4
        assert block.parameters == 4 * (8 * 24 + 24 + 8 * 8 + 8)


def _tokens(*readers: str) -> tuple[Diagram, str]:
    """A token that the first of ``readers``, calls of blocks, concatenates, as do the others."""
    net = Net()
    x = net.input(1, 2, 8)
    with net.call("encoder"):
        for number, name in enumerate(readers):
            with net.call(name):
                x = net.conv(x, name="conv")
                if number == 0:
                    token = net.constant("token", 1, 1, 8)
                x = net.cat(token, x)
    net.output(x)
    return prune_plumbing(Diagram.of(net.build())), token


def test_what_several_calls_read_comes_before_them() -> None:
    diagram, token = _tokens("0", "1", "2")
    assert [call.path for call in diagram.box(token).calls] == ["encoder"]
    assert [box.id for box in diagram.boxes][:3] == ["x", token, "encoder_0_conv"]


def test_what_one_call_reads_stays_in_it() -> None:
    diagram, token = _tokens("0")
    assert [call.path for call in diagram.box(token).calls] == ["encoder", "encoder.0"]
    assert lift_shared(diagram) is diagram


def test_each_call_of_a_module_counts() -> None:
    diagram, token = _tokens("0", "0")
    assert [call.path for call in diagram.box(token).calls] == ["encoder"]


def test_what_is_made_outside_stays_where_it_is() -> None:
    net = Net()
    x = net.input(1, 2, 8)
    with net.call("tokens"):
        token = net.constant("token", 1, 1, 8)
    for name in ("0", "1"):
        with net.call(name):
            x = net.cat(token, net.conv(x, name="conv"))
    net.output(x)
    diagram = prune_plumbing(Diagram.of(net.build()))
    assert [call.path for call in diagram.box(token).calls] == ["tokens"]


def test_nothing_is_lost() -> None:
    architecture = visualize.trace(Biased(), (1, 6, 8))
    for level in (Level.OP, Level.LAYER, Level.BLOCK, Level.STAGE):
        simplified = simplify(architecture, level)
        members = [member for box in simplified.boxes for member in box.members]
        assert sorted(members) == sorted(architecture.graph)
