"""A symbolic graph that takes another branch than a run is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

import visualize
from visualize.core.dataflow import Dataflow, Origin
from visualize.core.errors import UntraceableError
from visualize.tracing.check import check_against_run
from visualize.tracing.flops import Memory
from visualize.tracing.inputs import Inputs
from visualize.tracing.leaves import Leaves
from visualize.tracing.symbolic import trace_symbolically


class Asking(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.tensor = nn.Linear(4, 4)
        self.other = nn.Linear(4, 4)

    def forward(self, x: Any) -> Any:
        return self.tensor(x) if isinstance(x, torch.Tensor) else self.other(x)


def test_the_first_layer_that_differs_is_named() -> None:
    model = Asking().to("meta")
    inputs = Inputs.of((2, 4)).without_values()
    graph = trace_symbolically(model, inputs, Leaves())
    with pytest.raises(UntraceableError, match="different branch") as caught:
        check_against_run(graph, model, inputs, Leaves(), Memory())
    assert caught.value.line == "tensor"
    assert not model.tensor._forward_hooks


def test_the_recorded_tracer_takes_the_branch_of_a_run() -> None:
    architecture = visualize.trace(Asking(), (2, 4))
    assert architecture.tracer == "recorded"
    assert [layer.path for layer in architecture.operations if layer.parameters] == ["tensor"]


def test_a_run_that_meta_tensors_do_not_allow_proves_nothing() -> None:
    class Deciding(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x

    model = Deciding()
    inputs = Inputs.of((2, 4)).without_values()
    graph = trace_symbolically(model, inputs, Leaves())
    model.forward = lambda x: x if x.sum() > 0 else -x  # type: ignore[method-assign]
    check_against_run(graph, model, inputs, Leaves(), Memory())


class Drawing(nn.Module):
    """Adds noise, drawn like a tensor or with a size."""

    def __init__(self, draw: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 4)
        self.draw = draw

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.linear(x)
        return h + self.draw(h)


@pytest.mark.parametrize(
    ("draw", "tracer"),
    [
        (torch.randn_like, "symbolic"),
        (lambda _: torch.randn(4) * 0.1, "recorded"),
        (lambda _: torch.empty(2, 4).uniform_(), "recorded"),
        (lambda _: torch.normal(torch.zeros(4), 1.0), "recorded"),
        (lambda _: torch.zeros(4), "symbolic"),
    ],
)
def test_noise_is_no_constant(draw: Callable[[torch.Tensor], torch.Tensor], tracer: str) -> None:
    architecture = visualize.trace(Drawing(draw), (2, 4))
    origins = set(Dataflow.of(architecture).origins.values())
    assert architecture.tracer == tracer
    assert (Origin.NOISE in origins) == (draw(torch.zeros(2, 4)).std() > 0)


def test_noise_inside_a_leaf_does_not_count() -> None:
    architecture = visualize.trace(nn.Sequential(nn.Linear(4, 4), nn.RReLU()), (2, 4))
    assert architecture.tracer == "symbolic"
