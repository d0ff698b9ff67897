"""Nets at random: traced exactly, and all that their figures print agrees with the graph.

The first few run with every test; ``pytest -m zoo`` runs all.
"""

from __future__ import annotations

import pytest
import torch

import visualize
from tests.agreement import disagreements
from tests.flops import flop_counter
from tests.random_nets import Net

FEW, ALL, AT_ONCE = 40, 2000, 50


def assert_true(seed: int) -> None:
    torch.manual_seed(seed)
    net = Net(seed).eval()
    inputs = net.example()
    with flop_counter() as counter, torch.no_grad():
        net(*inputs)
    architecture = visualize.trace(net, inputs)
    assert architecture.parameters == sum(p.numel() for p in net.parameters())
    assert architecture.macs == counter.get_total_flops() // 2
    for folded in (True, False):
        assert list(disagreements(architecture, folded=folded)) == []


@pytest.mark.parametrize("seed", range(FEW))
def test_a_few(seed: int) -> None:
    assert_true(seed)


@pytest.mark.zoo
@pytest.mark.parametrize("start", range(FEW, ALL, AT_ONCE))
def test_many(start: int) -> None:
    for seed in range(start, min(start + AT_ONCE, ALL)):
        assert_true(seed)
