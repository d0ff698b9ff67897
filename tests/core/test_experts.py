"""Routers and the modules they choose from."""

from __future__ import annotations

import torch

import visualize
from tests import nets
from visualize.core.experts import choices, expert_modules


def test_a_router_chooses_some_of_a_few() -> None:
    exact = visualize.trace(nets.Mixture(), torch.zeros(1, 6, dtype=torch.int64))
    assert [(number, taken) for _, number, taken in choices(exact)] == [(4, 2)]
    assert expert_modules(exact) == {}  # they share one parameter
