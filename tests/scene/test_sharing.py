"""Layers that take parts of one parameter, or all of one that is counted elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
import torch.nn.functional as F
from torch import Tensor, nn

from tests.layers import Function, labels


def halves(m: Any, x: Tensor) -> Tensor:
    return F.linear(x[..., :4], m.w[:, :4]) + F.linear(x[..., 4:], m.w[:, 4:])


def chunks(m: Any, x: Tensor) -> Tensor:
    q, k, v = (F.linear(x, w, b) for w, b in zip(m.w.chunk(3), m.b.chunk(3)))
    return F.scaled_dot_product_attention(q, k, v)


def one_after_the_other(m: Any, x: Tensor) -> Tensor:
    return F.linear(F.linear(x, m.w[:8]).relu(), m.w[8:])


def there_and_back(m: Any, x: Tensor) -> Tensor:
    return F.linear(F.linear(x, m.w).relu(), m.w.t())


def low_rank(m: Any, x: Tensor) -> Tensor:
    return F.linear(x, m.w @ m.b)


@pytest.mark.parametrize(
    ("function", "shapes", "details"),
    [
        (halves, {"w": (8, 8)}, ["shared weights · 64 params", "shared weights"]),
        (
            chunks,
            {"w": (24, 8), "b": (24,)},
            ["8 → 8 · shared weights · 216 params", *(2 * ["8 → 8 · shared weights"])],
        ),
        (
            one_after_the_other,
            {"w": (16, 8)},
            ["ReLU · shared weights · 128 params", "shared weights"],
        ),
        (there_and_back, {"w": (16, 8)}, ["ReLU · 128 params", "shared weights"]),
        (low_rank, {"w": (8, 2), "b": (2, 8)}, ["32 params"]),
    ],
)
def test_parts_of_a_parameter(function: Any, shapes: Any, details: list[str]) -> None:
    found = labels(Function(function, **shapes), (2, 5, 8))
    layers = ("Linear", "Q proj", "K proj", "V proj")
    assert [label[1] for label in found if label[0].startswith(layers)] == details


def test_a_module_whose_weight_is_cut_elsewhere() -> None:
    class Slim(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(8, 8, 3, padding=1)

        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            weight, bias = self.conv.weight[:4, :4], self.conv.bias
            assert bias is not None
            return F.conv2d(x[:, :4], weight, bias[:4], padding=1), self.conv(x)

    assert labels(Slim(), (1, 8, 8, 8)) == [
        ["3×3 conv, 4", "shared weights · 584 params"],
        ["3×3 conv, 8", "shared weights"],
    ]
