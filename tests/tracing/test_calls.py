"""What module calls are given and return, as both tracers record it."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize
from visualize.core.architecture import ModuleCall
from visualize.tracing.calls import in_order


class Inner(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(
        self, first: Tensor, second: Tensor, scale: float = 1.0, third: Tensor | None = None
    ) -> tuple[Tensor, list[Tensor]]:
        late = self.layer(first) * scale
        return late + second, [late, second]


class Outer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = Inner()

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        z, _ = self.inner(x, third=None, second=y)
        return self.inner(second=z, scale=2.0, first=y)[0]


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
def test_each_call_knows_its_arguments_and_results(tracer: str) -> None:
    exact = visualize.trace(Outer(), [(1, 4), (1, 4)], tracer=tracer)
    names = {
        one.id: f"{one.type}{one.call}" if one.computes else one.id for one in exact.operations
    }
    found = {
        call.number: (
            [names[one] for one in boundary.arguments],
            [names[one] for one in boundary.results],
        )
        for call, boundary in exact.boundaries.items()
    }
    assert {call.path for call in exact.boundaries} == {"inner"}
    assert found == {
        0: (["x", "y"], ["add0", "mul0", "y"]),
        1: (["y", "add0"], ["add1", "mul1", "add0"]),
    }
    assert ModuleCall("inner", 1) in exact.boundaries


def test_arguments_by_name_are_in_the_order_of_the_signature() -> None:
    model, tensors = Inner(), [torch.ones(1), torch.zeros(1)]
    given = in_order(model, tensors[:1], {"third": None, "scale": 2.0, "second": tensors[1]})
    assert given == (tensors[0], tensors[1], 2.0, None)


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
def test_parts_of_what_a_leaf_returns_are_results(tracer: str) -> None:
    class Encoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.LSTM(4, 3)

        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            out, (hidden, _) = self.rnn(x)
            return hidden, out

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = Encoder()

        def forward(self, x: Tensor) -> Tensor:
            hidden, out = self.encoder(x)
            return torch.cat([hidden, out])

    exact = visualize.trace(Model(), (5, 2, 4), tracer=tracer)
    boundary = exact.boundaries[ModuleCall("encoder")]
    shapes = [exact.operation(one).outputs[0].shape for one in boundary.results]
    assert shapes == [(1, 2, 3), (5, 2, 3)]
