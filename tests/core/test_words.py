"""Operations in words."""

from __future__ import annotations

import pytest
from torch import Tensor, nn

import visualize
from visualize.core.words import operation


class Mean(nn.Module):
    def __init__(self, dim: int | tuple[int, ...], keepdim: bool, by_name: bool) -> None:
        super().__init__()
        self.dim, self.keepdim, self.by_name = dim, keepdim, by_name

    def forward(self, x: Tensor) -> Tensor:
        if self.by_name:
            return x.mean(dim=self.dim, keepdim=self.keepdim)
        return x.mean(self.dim, self.keepdim)


@pytest.mark.parametrize("keepdim", [True, False])
@pytest.mark.parametrize("by_name", [True, False])
@pytest.mark.parametrize(
    ("shape", "dim", "words"),
    [
        ((1, 8, 6, 6), (2, 3), "global avg pool"),
        ((1, 8, 6, 6), (-1, -2), "global avg pool"),
        ((1, 8, 6, 6), (-2, 3), "global avg pool"),
        ((1, 8, 4, 6, 6), (2, 3, 4), "global avg pool"),
        ((1, 8, 4, 6, 6), (3, 4), "mean"),  # of each frame
        ((1, 8, 4, 6, 6), (-1, -2), "mean"),
        ((1, 6, 6, 8), (1, 2), "mean"),  # channels last
        ((1, 16, 8), (-1, -2), "mean"),  # tokens and channels
        ((1, 16, 8), (1,), "mean"),
        ((1, 16, 8), (-1,), "mean"),  # as in a norm
        ((1, 8, 6, 6), (3,), "mean"),
        ((1, 8, 6, 6), (1, 2, 3), "mean"),
        ((1, 8), (1,), "mean"),
    ],
)
def test_a_mean_over_all_places_is_a_global_pool(
    shape: tuple[int, ...], dim: tuple[int, ...], words: str, keepdim: bool, by_name: bool
) -> None:
    exact = visualize.trace(Mean(dim, keepdim, by_name), shape)
    (mean,) = (layer for layer in exact.operations if layer.type == "mean")
    assert operation(mean) == words
