"""Merges know the line of the model's own code that calls them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

import visualize
from visualize.tracing.source import is_of_the_model


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.layer(x)


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
def test_the_line_of_a_merge_is_found(tracer: str) -> None:
    architecture = visualize.trace(Residual(), (1, 4), tracer=tracer)
    number = inspect.getsourcelines(Residual.forward)[1] + 1
    assert architecture.operation("add").source == (
        f"{Path(__file__).name}:{number}: return x + self.layer(x)"
    )
    assert architecture.operation("layer").source == ""


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
@pytest.mark.parametrize(
    "merge",
    [
        lambda x, y: torch.addcmul(x, torch.ones(1), y),
        lambda x, y: torch.lerp(x, y, 0.5),
        lambda x, y: torch.stack([x, y]).sum(0),
    ],
)
def test_a_skip_connection_has_a_line_however_it_merges(
    merge: Callable[[torch.Tensor, torch.Tensor], torch.Tensor], tracer: str
) -> None:
    class Merging(Residual):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return merge(x, self.layer(x))

    (row,) = visualize.skips(Merging(), (1, 4), tracer=tracer).rows
    assert row.source.startswith(Path(__file__).name)


def test_code_of_torch_python_and_this_package_is_not_the_model() -> None:
    assert is_of_the_model(__file__)
    for module in (torch, inspect, visualize):
        assert module.__file__ is not None
        assert not is_of_the_model(module.__file__)
    assert not is_of_the_model("<frozen importlib._bootstrap>")


def _inner(x: torch.Tensor) -> torch.Tensor:
    return torch.exp(x)


class Nested(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = Residual()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sin(self._apart(x))

    def _apart(self, x: torch.Tensor) -> torch.Tensor:
        (y,) = [_inner(each) for each in (x,)]
        return self.layer(y).cos()


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
def test_functions_know_those_that_forward_calls_around_them(tracer: str) -> None:
    architecture = visualize.trace(Nested(), (1, 4), tracer=tracer)
    found = {one.type: one.helpers for one in architecture.operations if one.computes}
    assert found == {
        "exp": ("_apart", "_inner"),
        "Linear": (),
        "add": (),
        "cos": ("_apart",),
        "sin": (),
    }
