"""Weights that quantized layers pack."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from torch import nn

from tests.unregistered import Recurrent, dynamic, static
from visualize.core.packed import packed_weights


@pytest.mark.parametrize(
    ("build", "number"),
    [
        (lambda: dynamic(nn.Sequential(nn.Linear(8, 16))), 8 * 16 + 16),
        (lambda: dynamic(nn.Sequential(nn.Linear(8, 16, bias=False))), 8 * 16),
        (lambda: dynamic(Recurrent()), 4 * 16 * (8 + 16 + 2) + 16 * 4 + 4),
        (static, 8 * 27 + 8 + 288 * 4 + 4),
        (lambda: nn.Linear(8, 16), 0),
    ],
)
def test_packed_weights(build: Callable[[], nn.Module], number: int) -> None:
    assert sum(weight.numel() for weight in packed_weights(build())) == number
