"""Separable convolutions, and convolutions with their norm."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from tests.sublayers import closed, sublayers, words

IMAGE = torch.zeros(1, 3, 16, 16)


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
def test_a_separable_one(tracer: str) -> None:
    depthwise = nn.Conv2d(8, 8, 3, 2, 1, groups=8, bias=False)
    parts = (depthwise, nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 16, 1), nn.BatchNorm2d(16))
    diagram = closed(nn.Sequential(nn.Conv2d(3, 8, 1), *parts), IMAGE, tracer=tracer)
    assert words(diagram) == [("3×3 separable conv, 16, /2", "BN, ReLU")]
    assert sublayers(diagram)[0].parameters == 8 * 9 + 16 + 8 * 16 + 16 + 32


def test_a_depthwise_one_whose_result_two_layers_read() -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.wide = nn.Conv2d(3, 3, 3, groups=3)
            self.one, self.two = nn.Conv2d(3, 4, 1), nn.Conv2d(3, 4, 1)

        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            x = self.wide(x)
            return self.one(x), self.two(x)

    assert not sublayers(closed(Two(), IMAGE))


class Preactivated(nn.Module):
    """Norm and activation before each convolution, in a residual block."""

    def __init__(self, twice: bool) -> None:
        super().__init__()
        self.stem, self.norm, self.conv = nn.Conv2d(3, 8, 1), nn.BatchNorm2d(8), nn.Conv2d(8, 8, 1)
        self.project = nn.Conv2d(8, 8, 1) if twice else None

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x).sigmoid()
        y = self.norm(torch.nn.functional.max_pool2d(x, 1)).relu()
        result: Tensor = (self.project(y) if self.project else x) + self.conv(y)
        return result


def test_a_norm_before_a_convolution() -> None:
    diagram = closed(Preactivated(twice=False), IMAGE)
    assert words(diagram) == [("1×1 conv, 8", "after BN, ReLU")]
    assert not any(map(diagram.is_collapsed, diagram.skips))


def test_a_norm_that_two_convolutions_read() -> None:
    assert not sublayers(closed(Preactivated(twice=True), IMAGE))
