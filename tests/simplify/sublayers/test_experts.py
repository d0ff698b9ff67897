"""Experts with their router are one box."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from tests import nets
from tests.sublayers import closed, sublayers, tokens, words


def test_stacked_experts() -> None:
    diagram = closed(nets.Mixture(), torch.zeros(1, 6, dtype=torch.int64))
    (box,) = (one for one in sublayers(diagram) if one.type == "experts")
    assert str(box.label[0]) == "4 experts, top 2"
    assert box.parameters == 4 * 8 + 4 * (8 * 16 + 16 * 8)
    assert not any(map(diagram.is_collapsed, diagram.skips))


class Separate(nn.Module):
    """A module for each expert, in a loop; with a part for every token beside them."""

    class Expert(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.up, self.down = nn.Linear(32, 64, bias=False), nn.Linear(64, 32, bias=False)

        def forward(self, x: Tensor) -> Tensor:
            result: Tensor = self.down(self.up(x).relu())
            return result

    def __init__(self, beside: bool) -> None:
        super().__init__()
        self.norm, self.router = nn.LayerNorm(32), nn.Linear(32, 4, bias=False)
        self.experts = nn.ModuleList(self.Expert() for _ in range(4))
        self.beside = self.Expert() if beside else None

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(x)
        largest, best = self.router(y).softmax(-1).topk(2)
        made = torch.zeros_like(y)
        for number, expert in enumerate(self.experts):
            made = made + expert(y) * (largest * (best == number)).sum(-1, keepdim=True)
        return x + made + self.beside(y) if self.beside else x + made


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
@pytest.mark.parametrize("beside", [False, True])
def test_a_module_for_each_expert(tracer: str, beside: bool) -> None:
    diagram = closed(Separate(beside), tokens(), tracer=tracer)
    mlp = [("MLP, 32 → 64 → 32", "ReLU")] if beside else []
    assert words(diagram) == [("4 experts, top 2", "ReLU"), *mlp]
    assert sublayers(diagram)[0].parameters == 4 * 32 + 4 * 2 * 32 * 64
