"""What computes a truth value that no operation reads: Python decides by it."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import visualize
from visualize.scene.decisions import decides


class Exiting(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem, self.sure, self.spare = nn.Linear(4, 4), nn.Linear(4, 1), nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        self.spare(x)
        if self.sure(x).mean() > 100:
            return x
        return x.relu()


def test_a_layer_that_is_compared_decides_and_one_that_is_not_read_does_not() -> None:
    exact = visualize.trace(Exiting(), torch.ones(2, 4))
    ids = {one.path: one.id for one in exact.operations if one.path in ("stem", "sure", "spare")}
    assert decides(exact, [ids["sure"]])
    assert decides(exact, [ids["stem"]])
    assert not decides(exact, [ids["spare"]])
    assert not decides(exact, [])
