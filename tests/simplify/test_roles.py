"""Layers say what they are for, by the flow of data."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import visualize
from tests import nets
from tests.sublayers import tokens
from visualize.core.choices import Level
from visualize.simplify import simplify

BOTH = pytest.mark.parametrize("tracer", ["symbolic", "recorded"])


def roles(model: nn.Module, *inputs: Tensor, tracer: str = "auto") -> dict[str, str]:
    """The role of each layer that has one, by its path."""
    exact = visualize.trace(model.eval(), inputs, tracer=tracer)
    boxes = simplify(exact, Level.LAYER, folded=False).boxes
    return {box.path: str(box.role) for box in boxes if box.role}


class Attention(nn.Module):
    """The names of its layers say something else; keys come before queries."""

    def __init__(self, written: bool = True, low: bool = False) -> None:
        super().__init__()
        self.v, self.q, self.k = (nn.Linear(8 if low and not n else 32, 32) for n in range(3))
        self.low = nn.Linear(32, 8) if low else nn.Identity()
        self.up, self.written = nn.Linear(32, 32), written

    def forward(self, x: Tensor) -> Tensor:
        values, keys, queries = self.k(x), self.q(x), self.v(self.low(x))
        if self.written:
            made = (queries @ keys.transpose(-1, -2)).softmax(-1) @ values
        else:
            made = F.scaled_dot_product_attention(queries, keys, values)
        result: Tensor = x + self.up(made)
        return result


EXPECTED = {
    "v": "Q projection",
    "q": "K projection",
    "k": "V projection",
    "up": "output projection",
}


@BOTH
@pytest.mark.parametrize("written", [False, True])
def test_arguments_of_an_attention(tracer: str, written: bool) -> None:
    assert roles(Attention(written), tokens(), tracer=tracer) == EXPECTED


def test_a_layer_that_lowers_the_rank_has_no_role() -> None:
    assert roles(Attention(low=True), tokens()) == EXPECTED


def test_one_layer_for_all_three() -> None:
    found = roles(nets.Mixture(), torch.zeros(1, 6, dtype=torch.int64))
    assert found["qkv"] == "QKV projection"
    assert found["out"] == "output projection"
    assert found["router"] == "router"
    assert "top 2 of 4" in found.values()


class Gated(nn.Module):
    def __init__(self, together: bool) -> None:
        super().__init__()
        self.one, self.two = nn.Linear(32, 128 if together else 64), nn.Linear(32, 64)
        self.three, self.together = nn.Linear(64, 32), together

    def forward(self, x: Tensor) -> Tensor:
        up, gate = self.one(x).chunk(2, -1) if self.together else (self.one(x), self.two(x))
        result: Tensor = x + self.three(up * F.silu(gate))
        return result


@BOTH
def test_layers_of_a_gated_mlp(tracer: str) -> None:
    assert roles(Gated(together=False), tokens(), tracer=tracer) == {
        "one": "up projection",
        "two": "gate projection",
        "three": "down projection",
    }
    together = roles(Gated(together=True), tokens(), tracer=tracer)
    assert together == {"one": "gate and up projection", "three": "down projection"}


def test_other_layers_have_none() -> None:
    assert roles(nn.Sequential(nn.Linear(32, 64), nn.GELU(), nn.Linear(64, 32)), tokens()) == {}


def test_what_a_figure_says() -> None:
    figure = visualize.draw(Attention().eval(), tokens(), level="layer")
    labels = [list(box.label) for box in figure.scene.boxes]
    assert ["Q projection", "32 → 32 · 1.1 k"] in labels


class Pooled(nn.Module):
    """Learned tokens that ask the inputs, or are a part of them."""

    def __init__(self, asks: bool) -> None:
        super().__init__()
        self.probe, self.asks = nn.Parameter(torch.zeros(1, 3, 32)), asks
        self.attention = nn.MultiheadAttention(32, 4, batch_first=True)
        self.stem = nn.Linear(32, 32)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        if not self.asks:
            x = torch.cat([self.probe.expand(x.shape[0], -1, -1), x], 1)
        queries = self.probe.expand(x.shape[0], -1, -1) if self.asks else x
        result: Tensor = self.attention(queries, x, x, need_weights=False)[0]
        return result


@BOTH
@pytest.mark.parametrize("asks", [False, True])
def test_learned_queries(tracer: str, asks: bool) -> None:
    exact = visualize.trace(Pooled(asks).eval(), (tokens(),), tracer=tracer)
    labels = [list(map(str, box.label)) for box in simplify(exact, Level.LAYER).boxes if box.label]
    assert [one for one in labels if one[0].startswith("probe")] == [
        ["probe, 3×32", "learned queries"] if asks else ["probe, 3×32"]
    ]


def test_queries_keys_and_values_are_not_folded() -> None:
    """They read one tensor and have one shape, but are no copies."""

    class Heads(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.q, self.k, self.v = (nn.Linear(32, 32) for _ in range(3))

        def forward(self, x: Tensor) -> Tensor:
            q, k, v = (
                one(x).unflatten(-1, (4, 8)).transpose(1, 2) for one in (self.q, self.k, self.v)
            )
            return x + F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)

    exact = visualize.trace(nn.Sequential(Heads(), Heads(), Heads()).eval(), (tokens(),))
    found = [(str(box.role), box.repeat) for box in simplify(exact, Level.LAYER).boxes if box.role]
    assert found == [("Q projection", 3), ("K projection", 3), ("V projection", 3)]
