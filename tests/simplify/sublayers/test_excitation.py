"""Squeeze-and-excitation is one box and its gate."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from tests.sublayers import closed, words

IMAGE = torch.zeros(1, 8, 6, 6)


class Excited(nn.Module):
    """A gate for each channel, from the mean of its values, or for each place."""

    def __init__(self, everywhere: bool) -> None:
        super().__init__()
        self.conv, self.everywhere = nn.Conv2d(8, 8, 3, padding=1), everywhere
        self.one, self.two = nn.Conv2d(8, 2, 1), nn.Conv2d(2, 8, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        pooled = x.mean((2, 3), keepdim=True) if self.everywhere else x.mean(1, keepdim=True)
        pooled = pooled if self.everywhere else pooled.expand_as(x)
        return x * self.two(self.one(pooled).relu()).sigmoid()


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
def test_pooling_and_layers_are_one_box(tracer: str) -> None:
    diagram = closed(Excited(everywhere=True), IMAGE, tracer=tracer)
    assert words(diagram) == [("squeeze-and-excitation, 8 → 2 → 8", "ReLU, sigmoid")]
    (skip,) = diagram.skips
    assert not diagram.is_collapsed(skip)
    assert diagram.box(diagram.host(skip.merge)).type == "mul"


def test_a_gate_at_each_place_is_none() -> None:
    assert words(closed(Excited(everywhere=False), IMAGE)) == [("MLP, 8 → 2 → 8", "ReLU, sigmoid")]
