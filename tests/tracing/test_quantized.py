"""Quantized layers take as many MACs as layers of the same size do."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

import visualize
from tests.unregistered import Recurrent, dynamic, static
from visualize.core.errors import ForwardError
from visualize.tracing.quantized import int8_flops, recurrent_flops


class Gated(nn.Module):
    def __init__(self, **options: object) -> None:
        super().__init__()
        self.gru = nn.GRU(8, 16, **options)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.gru(x)[0]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("build", "shape", "macs"),
    [
        (lambda: nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4)), (1, 8), 192),
        (lambda: nn.Sequential(nn.Linear(8, 16)), (5, 3, 8), 5 * 3 * 128),
        (Recurrent, (5, 1, 8), 5 * (4 * 16 * (8 + 16) + 16 * 4)),
        (Gated, (5, 2, 8), 5 * 2 * 3 * 16 * (8 + 16)),
        (
            lambda: Gated(num_layers=2, bidirectional=True),
            (5, 1, 8),
            5 * 2 * 3 * 16 * ((8 + 16) + (32 + 16)),
        ),
    ],
)
def test_dynamically_quantized_layers(
    build: Callable[[], nn.Module], shape: tuple[int, ...], macs: int
) -> None:
    exact = visualize.trace(dynamic(build()), shape)
    assert (exact.parameters, exact.macs) == (0, macs)
    assert visualize.trace(build().eval(), shape).macs == macs


def test_statically_quantized_layers() -> None:
    assert visualize.trace(static(), (1, 3, 8, 8)).macs == 6 * 6 * 8 * 27 + 288 * 4


def test_formulas() -> None:
    hidden = torch.zeros(2, 3, 16)
    rest = ([], True, 1, 0.0, False, True, False)
    both_sides = 2 * 2 * 5 * 3 * 3 * 16 * (8 + 16)
    assert recurrent_flops(3)(torch.zeros(5, 3, 8), hidden, *rest) == both_sides
    assert int8_flops(torch.zeros(3, 8), torch.zeros(4, 8)) == 2 * 3 * 8 * 4


def test_an_operation_that_quantized_tensors_lack_is_named() -> None:
    """Torch lists all backends that have it, among them that of nested tensors."""

    class Sum(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.quantize = nn.quantized.Quantize(0.1, 0, torch.quint8)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y: torch.Tensor = self.quantize(x)
            return torch.add(y, y)

    with pytest.raises(ForwardError, match=r"Could not run 'aten::add"):
        visualize.trace(Sum(), (1, 3))
