"""Products that sum a tensor over one of its axes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import visualize
from visualize.annotate.skips.contraction import contraction_of
from visualize.annotate.skips.flow import Flow


class Net(nn.Module):
    """A function of features ``x``, with weights that are a parameter."""

    def __init__(self, function: Callable[[Tensor, Tensor], Tensor], *shape: int) -> None:
        super().__init__()
        self.function = function
        self.weights = nn.Parameter(torch.ones(shape))

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x * 2, self.weights)


@pytest.mark.parametrize(
    ("function", "shape", "size"),
    [
        (lambda x, w: w @ x, (4, 4), 4),
        (lambda x, w: x @ w, (16, 16), 16),
        (lambda x, w: torch.matmul(x, w), (16,), 16),
        (lambda x, w: torch.einsum("bckd,kj->bcjd", x, w), (4, 4), 4),
        (lambda x, w: torch.einsum("bckd, ck -> bd", x, w), (8, 4), 32),
        (lambda x, w: torch.einsum("...kd,k->...d", x, w), (4,), 4),
        (lambda x, w: torch.einsum("k,bc...->bck...", w, x), (3,), 1),
        (lambda x, w: torch.tensordot(w, x.permute(2, 0, 1, 3), dims=1), (4,), 4),
        (lambda x, w: (x * w).sum(-2), (4, 1), 4),
        (lambda x, w: (w * x).mean(1), (8, 1, 1), 8),
        (lambda x, w: nn.functional.linear(x, w), (5, 16), 16),
    ],
)
def test_the_size_of_the_axis(
    function: Callable[[Tensor, Tensor], Tensor], shape: tuple[int, ...], size: int
) -> None:
    flow = Flow(visualize.trace(Net(function, *shape), torch.zeros(2, 8, 4, 16)).graph)
    found = [one for node in flow.order if (one := contraction_of(flow, node))]
    assert [(one.size, one.is_weighted) for one in found] == [(size, True)]


@pytest.mark.parametrize(
    ("function", "weighted"),
    [(lambda x, w: x.sum(-2) + w, False), (lambda x, w: (x * 0.5).sum(-2) + w, False)],
)
def test_a_sum_without_weights(
    function: Callable[[Tensor, Tensor], Tensor], weighted: bool
) -> None:
    flow = Flow(visualize.trace(Net(function, 16), torch.zeros(2, 8, 4, 16)).graph)
    (found,) = (one for node in flow.order if (one := contraction_of(flow, node)))
    assert (found.size, found.is_weighted) == (4, weighted)


def test_what_sums_nothing() -> None:
    model = nn.Sequential(nn.Conv2d(8, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1))
    flow = Flow(visualize.trace(model, (1, 8, 9, 9)).graph)
    assert [contraction_of(flow, node) for node in flow.order] == [None] * len(flow.order)
