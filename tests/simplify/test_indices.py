"""What a function makes of integers alone is one box."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import visualize
from tests.formulas import assert_whole
from visualize.core.choices import Level
from visualize.core.diagram import BoxKind
from visualize.simplify import simplify


def _mask(tokens: Tensor) -> Tensor:
    padding = tokens.eq(0).float()
    return (padding * -1e9)[:, None]


def _scaled(x: Tensor) -> Tensor:
    return x.exp().cumsum(-1)


class Masked(nn.Module):
    """Embeds tokens and hides padding."""

    def __init__(self, aside: bool) -> None:
        super().__init__()
        self.embedding = nn.Embedding(9, 6)
        self.linear = nn.Linear(6, 6)
        self.aside = aside

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.linear(self.embedding(tokens)).transpose(1, 2)
        mask = _mask(tokens) if self.aside else (tokens.eq(0).float() * -1e9)[:, None]
        return _scaled(x + mask)


def computations(aside: bool) -> list[str]:
    architecture = visualize.trace(Masked(aside), torch.zeros(1, 6, dtype=torch.int64))
    diagram = simplify(architecture, Level.LAYER)
    assert_whole(architecture, diagram)
    return [box.type for box in diagram.boxes if box.kind is BoxKind.COMPUTATION]


def test_a_function_of_indices_is_one_box() -> None:
    assert computations(aside=True) == ["mask"]


def test_what_forward_itself_computes_stays_open() -> None:
    assert computations(aside=False) == []
