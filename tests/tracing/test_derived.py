"""What ``forward`` computes from buffers alone is in the graph, as it was computed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import visualize
from visualize.core.architecture import Architecture


class Net(nn.Module):
    def __init__(self, function: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function
        self.register_buffer("stored", torch.ones(8))

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x, self.get_buffer("stored"))


def traced(function: Callable[[Tensor, Tensor], Tensor]) -> Architecture:
    return visualize.trace(Net(function), (1, 8), tracer="symbolic")


def types(architecture: Architecture) -> list[str]:
    return [one.type for one in architecture.operations if one.type not in ("input", "output")]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x, stored: x * (stored + 1).rsqrt(), ["constant", "add", "rsqrt", "mul"]),
        (lambda x, stored: x + torch.exp(-stored), ["constant", "neg", "exp", "add"]),
        (lambda x, stored: x * stored, ["constant", "mul"]),
        (lambda x, stored: x * torch.ones(8), ["constant", "mul"]),
    ],
)
def test_what_is_computed_from_a_buffer(
    function: Callable[[Tensor, Tensor], Tensor], expected: list[str]
) -> None:
    assert types(traced(function)) == expected


def test_the_result_is_a_tensor_whose_shape_forward_can_ask_for() -> None:
    def function(x: Tensor, stored: Tensor) -> Tensor:
        doubled = stored * 2
        return x + doubled if doubled.shape[0] == 8 else x

    assert types(traced(function)) == ["constant", "mul", "add"]


def test_a_buffer_counts_once_however_often_it_is_used() -> None:
    def function(x: Tensor, stored: Tensor) -> Tensor:
        root = stored.sqrt()
        return x * root + root

    architecture = traced(function)
    assert types(architecture) == ["constant", "sqrt", "mul", "add"]
    assert sum(one.buffers for one in architecture.operations) == architecture.buffers == 8


def test_what_is_computed_from_a_plain_tensor_of_the_model() -> None:
    class Plain(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stored = torch.ones(8)

        def forward(self, x: Tensor) -> Tensor:
            return x * (self.stored + 1).sqrt()

    architecture = visualize.trace(Plain(), (1, 8), tracer="symbolic")
    assert types(architecture) == ["constant", "add", "sqrt", "mul"]


def test_what_was_written_to_since_is_a_constant() -> None:
    def function(x: Tensor, stored: Tensor) -> Tensor:
        doubled = stored * 2
        doubled[0] = 0
        return x * doubled

    assert types(traced(function)) == ["constant", "mul"]
