"""Sums that only make a gate are no end of a shortcut."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.found_skips import found
from tests.graphs import Net


@pytest.mark.parametrize(
    ("last", "kinds"), [("sigmoid", []), ("hardsigmoid", []), ("relu", ["projection"])]
)
def test_a_projection_into_a_gate(net: Net, x: str, last: str, kinds: list[str]) -> None:
    work = net.conv(net.function("relu", net.conv(net.conv(x))))
    both = net.add(work, net.conv(x, name="beside"))
    gate = net.function(last, net.conv(net.function("relu", both), 1))
    net.mul(x, gate)
    assert [kind for kind, *_ in found(net) if kind != "gate"] == kinds


def test_a_head_that_ends_in_a_sigmoid_is_no_gate(net: Net, x: str) -> None:
    work = net.conv(net.function("relu", net.conv(net.conv(x))))
    both = net.add(work, net.conv(x, name="beside"))
    net.output(net.function("sigmoid", net.conv(both, 1)))
    assert [kind for kind, *_ in found(net)] == ["projection"]


class GatedRecurrence(nn.Module):
    """Parisotto et al., "Stabilizing Transformers for Reinforcement Learning" (2020)."""

    def __init__(self) -> None:
        super().__init__()
        self.work = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8))
        self.layers = nn.ModuleList(nn.Linear(8, 8) for _ in range(6))

    def forward(self, x: Tensor) -> Tensor:
        y = self.work(x)
        wr, ur, wz, uz, wh, uh = self.layers
        reset, update = torch.sigmoid(wr(y) + ur(x)), torch.sigmoid(wz(y) + uz(x))
        return (1 - update) * x + update * torch.tanh(wh(y) + uh(reset * x))


def test_a_recurrent_unit_between_a_layer_and_its_input_is_a_highway() -> None:
    kinds = [skip.kind.value for skip in visualize.trace(GatedRecurrence(), (2, 8)).skips]
    assert [kind for kind in kinds if kind != "gate"] == ["scaled"]


class AttentionGate(nn.Module):
    """Oktay et al., "Attention U-Net" (2018): a gate of two tensors on each long connection."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU())
        self.inner = nn.Sequential(nn.MaxPool2d(2), nn.Conv2d(8, 16, 3, padding=1), nn.ReLU())
        self.up = nn.ConvTranspose2d(16, 8, 2, 2)
        self.of_skip, self.of_gate = nn.Conv2d(8, 4, 1), nn.Conv2d(8, 4, 1)
        self.score, self.last = nn.Conv2d(4, 1, 1), nn.Conv2d(16, 2, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        up = self.up(self.inner(x))
        gate = self.score((self.of_skip(x) + self.of_gate(up)).relu()).sigmoid()
        return self.last(torch.cat([x * gate, up], 1))


def test_an_attention_gate_on_a_long_connection() -> None:
    skips = visualize.trace(AttentionGate(), (1, 1, 16, 16)).skips
    assert [(skip.kind.value, skip.long) for skip in skips] == [("gate", False), ("concat", True)]
    (gate, concat) = skips
    assert gate.fork == concat.fork
    assert concat.branch == (gate.merge,)


def test_what_an_attention_gate_computes_is_drawn() -> None:
    scene = visualize.draw(AttentionGate(), (1, 1, 16, 16), level="layer").scene
    labels = [box.label[0] for box in scene.boxes]
    assert {"1×1 conv, 1", "×", "‖"} <= set(labels)
