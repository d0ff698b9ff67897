"""Mixtures of experts."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests import nets
from visualize.core.facts import Experts, Role


def test_the_experts_that_work_on_a_token() -> None:
    facts = visualize.summarize(nets.Mixture(), torch.zeros(1, 6, dtype=torch.int64)).facts
    idle = 2 * (8 * 16 + 16 * 8)
    total = 20 * 8 + 4 * 64 + 4 * 8 + 4 * (8 * 16 + 16 * 8)
    assert facts.experts == Experts(4, 2, total - idle)
    (experts,) = (one for one in facts.roles if one.role is Role.EXPERTS)
    assert experts.parameters == 4 * 8 + 4 * (8 * 16 + 16 * 8)  # the router is one of them


def test_no_experts() -> None:
    assert visualize.summarize(nets.Transformer(), torch.zeros(1, 8, dtype=torch.int64)) \
        .facts.experts is None  # fmt: skip


class Separate(nn.Module):
    """Attention, then a module for each expert; a loop adds what those that are chosen make."""

    class Expert(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.up, self.down = nn.Linear(8, 16, bias=False), nn.Linear(16, 8, bias=False)

        def forward(self, x: Tensor) -> Tensor:
            return self.down(self.up(x).relu())

    def __init__(self, chosen: int, scores: int = 4) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True, bias=False)
        self.router = nn.Linear(8, scores, bias=False)
        self.experts = nn.ModuleList([self.Expert() for _ in range(4)])
        self.chosen = chosen

    def forward(self, x: Tensor) -> Tensor:
        """Each expert sees all tokens, as they are traced."""
        x = x + self.attention(x, x, x, need_weights=False)[0]
        shares = self.router(x).softmax(-1)
        if self.chosen == 1:
            largest, best = shares.amax(-1, keepdim=True), shares.argmax(-1, keepdim=True)
        else:
            largest, best = shares.topk(self.chosen)
        made = torch.zeros_like(x)
        for number, expert in enumerate(self.experts):
            made = made + expert(x) * (largest * (best == number)).sum(-1, keepdim=True)
        return x + made


@pytest.mark.parametrize("chosen", [1, 2, 3])
def test_experts_that_are_modules(chosen: int) -> None:
    facts = visualize.summarize(Separate(chosen), (1, 6, 8)).facts
    each = 2 * 8 * 16
    assert facts.experts == Experts(4, chosen, 4 * 64 + 4 * 8 + chosen * each)
    roles = {one.role: one.parameters for one in facts.roles}
    assert roles == {Role.ATTENTION: 4 * 64, Role.EXPERTS: 4 * 8 + 4 * each}


def test_numbered_modules_without_a_router_are_no_experts() -> None:
    assert visualize.summarize(Separate(2, scores=6), (1, 6, 8)).facts.experts is None
