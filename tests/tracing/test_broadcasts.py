"""Tensors that are broadcast together do not depend on each other."""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
import pytest
import torch
from torch import Tensor, nn

import visualize


class Broadcast(nn.Module):
    """A function of two layers of the input."""

    def __init__(self, function: Callable[[Tensor, Tensor], Tensor], width: int = 4) -> None:
        super().__init__()
        self.one, self.other = nn.Linear(4, 4), nn.Linear(4, width)
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self.one(x), self.other(x))


def rescaled(one: Tensor, other: Tensor) -> Tensor:
    one, other = torch.broadcast_tensors(one, other)
    return one * torch.exp(other)


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
@pytest.mark.parametrize("width", [4, 1])
def test_each_result_comes_from_one_tensor(tracer: str, width: int) -> None:
    exact = visualize.trace(Broadcast(rescaled, width), (2, 4), tracer=tracer)
    types = [one.type for one in exact.operations]
    assert "broadcast_tensors" not in types
    assert ("expand" in types) == (width == 1)
    before = nx.ancestors(
        exact.graph, next(one.id for one in exact.operations if one.type == "exp")
    )
    assert "other" in before
    assert "one" not in before


def test_samples_of_a_normal_distribution() -> None:
    def sample(mean: Tensor, log_deviation: Tensor) -> Tensor:
        return torch.distributions.Normal(mean, torch.exp(log_deviation)).rsample()

    figure = visualize.draw(Broadcast(sample), (2, 4), level="layer")
    assert [" ".join(box.label[:2]) for box in figure.scene.boxes][-3:] == [
        "exp × noise", "+", "output 4",
    ]  # fmt: skip


def test_what_reads_all_results_stays() -> None:
    def both(one: Tensor, other: Tensor) -> Tensor:
        return torch.stack(torch.broadcast_tensors(one, other))

    exact = visualize.trace(Broadcast(both), (2, 4), tracer="symbolic")
    assert "stack" in [one.type for one in exact.operations]
