"""What is computed from stored values alone."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize
from visualize.core.architecture import NodeKind, Operation
from visualize.simplify.idioms.stored import deviations, numbers


class Scaled(nn.Module):
    """A tensor times a function of a buffer."""

    def __init__(self, kind: str, size: int = 8) -> None:
        super().__init__()
        self.kind = kind
        self.register_buffer("stored", torch.ones(size))

    def forward(self, x: Tensor) -> Tensor:
        stored = self.get_buffer("stored")
        if self.kind == "root":
            return x * (stored + 1e-5).rsqrt()
        if self.kind == "power":
            return x / stored.pow(0.5)
        return x * (2 * stored).square()


@pytest.mark.parametrize(
    ("kind", "size", "found"), [("root", 8, 1), ("power", 8, 1), ("square", 8, 0), ("root", 1, 0)]
)
def test_roots_of_stored_values_are_deviations(kind: str, size: int, found: int) -> None:
    exact = visualize.trace(Scaled(kind, size), (1, 8))
    assert len(deviations(exact)) == found


def test_a_root_of_data_is_no_deviation() -> None:
    assert not deviations(visualize.trace(nn.Sequential(Root()), (1, 8)))


class Root(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.abs().sqrt()


def test_plain_numbers_of_a_function() -> None:
    attributes = {"input": 2, "alpha": 3, "keepdim": True, "other": 0.5, "mode": "x"}
    operation = Operation("add", NodeKind.FUNCTION, "add", attributes=attributes)
    assert numbers(operation) == [2, 0.5]
