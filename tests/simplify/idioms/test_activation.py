"""Activations that are written out are known by what they compute."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.formulas import Formula, first_lines
from visualize.core.architecture import SkipKind

SQUARE = math.sqrt(2 / math.pi)


WRITTEN_GELU = [
    lambda x: 0.5 * x * (1 + torch.erf(x / math.sqrt(2))),
    lambda x: x * 0.5 * (1.0 + torch.erf(x * 0.70710678)),
    lambda x: x * ((1 + torch.erf(x / math.sqrt(2.0))) / 2),
    lambda x: 0.5 * x * (1 + torch.tanh(SQUARE * (x + 0.044715 * x**3))),
    lambda x: 0.5 * x * (1 + torch.tanh(x * 0.7978845608 * (1 + 0.044715 * x * x))),
    lambda x: 0.5 * x * (1 + torch.tanh(SQUARE * (x + 0.044715 * torch.pow(x, 3)))),
    lambda x: x * torch.sigmoid(1.702 * x),
]


WRITTEN_SILU = [
    lambda x: x * torch.sigmoid(x),
    lambda x: torch.sigmoid(x) * x,
    lambda x: x / (1 + torch.exp(-x)),
]


@pytest.mark.parametrize("function", WRITTEN_GELU)
def test_gelu_written_out(function: Callable[[Tensor], Tensor]) -> None:
    assert first_lines(Formula(function)) == ["Linear, 8 → 8 · GELU · 72 params"]


@pytest.mark.parametrize("function", WRITTEN_SILU)
def test_silu_written_out(function: Callable[[Tensor], Tensor]) -> None:
    assert first_lines(Formula(function)) == ["Linear, 8 → 8 · SiLU · 72 params"]


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x * (1 + torch.erf(x / math.sqrt(2))),
        lambda x: 0.5 * x * (1 + torch.tanh(0.8 * (x + 0.04 * x**3))),
        lambda x: x * torch.sigmoid(2 * x),
        lambda x: x * torch.sigmoid(x.flip(-1)),
        lambda x: x * torch.tanh(x),
    ],
)
def test_what_computes_something_else_is_no_known_activation(
    function: Callable[[Tensor], Tensor],
) -> None:
    assert not any("LU" in line for line in first_lines(Formula(function)))


def test_a_gate_is_no_activation() -> None:
    class Gate(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(8, 8)

        def forward(self, x: Tensor) -> Tensor:
            return x * torch.sigmoid(self.layer(x))

    architecture = visualize.trace(Gate(), (1, 6, 8))
    assert [skip.kind for skip in architecture.skips] == [SkipKind.GATE]
    assert "×" in first_lines(Gate())


@pytest.mark.parametrize(
    "function",
    [
        lambda x: torch.relu(x) ** 2,
        lambda x: torch.relu(x) * torch.relu(x),
        lambda x: x.clamp(min=0).pow(2),
        lambda x: torch.clamp(x, 0).square(),
        lambda x: torch.clamp_min(x, 0.0) ** 2,
        lambda x: torch.maximum(x, torch.zeros_like(x)).square(),
        lambda x: torch.max(x, torch.zeros_like(x)) ** 2,
        lambda x: x * x * (x > 0),
        lambda x: ((x + x.abs()) / 2) ** 2,
    ],
)
def test_squared_relu_in_its_spellings(function: Callable[[Tensor], Tensor]) -> None:
    squared = visualize.activation("squared ReLU", lambda x: max(x, 0) ** 2)
    boxes = visualize.draw(
        Formula(function), (1, 6, 8), level="layer", idioms=[squared]
    ).scene.boxes
    assert boxes[1].label == ("Linear, 8 → 8", "squared ReLU · 72 params")


@pytest.mark.parametrize(
    "function", [lambda x: x.clamp(max=0) ** 2, lambda x: x.clamp(0, 1) ** 2, lambda x: x * (x > 0)]
)
def test_other_bounds_are_no_squared_relu(function: Callable[[Tensor], Tensor]) -> None:
    squared = visualize.activation("squared ReLU", lambda x: max(x, 0) ** 2)
    boxes = visualize.draw(
        Formula(function), (1, 6, 8), level="layer", idioms=[squared]
    ).scene.boxes
    assert not any("squared" in line for box in boxes for line in box.label)
