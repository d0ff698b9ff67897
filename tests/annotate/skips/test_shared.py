"""Parameters of a module that is called again count in each connection, once in each."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize
from visualize.core.architecture import SkipKind
from visualize.describe import describe_skips
from visualize.report import write_skips

INNER = 2 * (8 * 8 + 8)
PROJECTION = 8 * 8 + 8


class Shared(nn.Module):
    """A residual block that is called three times."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8))
        self.project = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(3):
            x = torch.relu(self.inner(x) + self.project(x))
        return x


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
def test_each_call_bypasses_all_parameters_of_a_shared_block(tracer: str) -> None:
    model = Shared()
    exact = visualize.trace(model, (2, 8), tracer=tracer)
    assert [skip.kind for skip in exact.unrolled_skips] == [SkipKind.PROJECTION] * 3
    assert [skip.bypassed_parameters for skip in exact.unrolled_skips] == [INNER] * 3
    assert [skip.parameters for skip in exact.unrolled_skips] == [PROJECTION] * 3
    # All of them together work with one layer, three times.
    facts = visualize.summarize(exact).facts
    assert (facts.projection_parameters, facts.projection_macs) == (PROJECTION, 3 * 2 * 8 * 8)
    written = write_skips("net", describe_skips(exact), "table")
    assert "1 projection shortcut, used 3 times: 72 parameters, 384 MACs (batch 2)" in written
    assert exact.parameters == INNER + PROJECTION
