"""Mixtures of experts."""

from __future__ import annotations

import torch

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
