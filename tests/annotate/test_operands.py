"""Constants that operations combine data with, in the order of the operands and by their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.layers import Function
from visualize.core.architecture import Constant
from visualize.core.words import operation

NUMBERS: list[tuple[Callable[[Any, Tensor], Tensor], Constant]] = [
    (lambda m, x: x - 3, Constant("3")),
    (lambda m, x: 1 - x, Constant("1", first=True)),
    (lambda m, x: torch.rsub(x, 1), Constant("1", first=True)),
    (lambda m, x: x.sub(3), Constant("3")),
    (lambda m, x: 2 / x, Constant("2", first=True)),
    (lambda m, x: x / 15, Constant("15")),
    (lambda m, x: 2**x, Constant("2", first=True)),
    (lambda m, x: x**2, Constant("2")),
    (lambda m, x: torch.pow(2, x), Constant("2", first=True)),
    (lambda m, x: torch.pow(x, exponent=0.5), Constant("0.5")),
    (lambda m, x: 5 // x, Constant("5", first=True)),
    (lambda m, x: torch.mul(x, other=-1), Constant("-1")),
    (lambda m, x: (x > 0.5).float(), Constant("0.5")),
]


def constants(model: nn.Module, tracer: str, shape: Any = (2, 4)) -> list[Constant]:
    exact = visualize.trace(model, shape, tracer=tracer)
    return [one.constant for one in exact.operations if one.constant]


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
@pytest.mark.parametrize(("function", "expected"), NUMBERS)
def test_numbers_are_operands_in_order(
    function: Callable[[Any, Tensor], Tensor], expected: Constant, tracer: str
) -> None:
    assert constants(Function(function), tracer) == [expected]


TENSORS: list[tuple[Callable[[Any, Tensor], Tensor], str]] = [
    (lambda m, x: x + m.pos_embedding, "pos embedding"),
    (lambda m, x: x + m.pos_embedding.unsqueeze(0)[0], "pos embedding[0]"),
    (lambda m, x: x * m.gains[1][:1], "gains[1]"),
    (lambda m, x: x * m.gains[0][2], "gains[0][2]"),
    (lambda m, x: x * m.deep[0].gain.double().float(), "gain"),
    (lambda m, x: torch.cat([m.pos_embedding[None], x]), "pos embedding"),
    (lambda m, x: x * (1 + m.pos_embedding), "(1 + pos embedding)"),
    (lambda m, x: x * (m.pos_embedding - 2)[None], "(pos embedding − 2)"),
    (lambda m, x: x * (2 - m.pos_embedding), "(2 − pos embedding)"),
    (lambda m, x: x * m.gains[0].exp(), "exp(gains[0])"),
    (lambda m, x: x * (m.gains[0] + m.gains[1]), ""),
    (lambda m, x: x * torch.add(m.gains[0], 1, alpha=2), ""),
    (lambda m, x: x + torch.tensor(3.0), ""),
]


class Gained(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(1))


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
@pytest.mark.parametrize(("function", "name"), TENSORS)
def test_tensors_are_called_as_in_the_model(
    function: Callable[[Any, Tensor], Tensor], name: str, tracer: str
) -> None:
    model = Function(function, pos_embedding=(4,))
    model.gains = nn.ParameterList([torch.ones(4), torch.ones(4)])
    model.deep = nn.ModuleList([Gained()])
    *_, found = constants(model, tracer)  # those before it are not combined with data
    assert (found.name, found.shape is None) == (name, False)


def test_a_tensor_that_comes_first_is_first() -> None:
    found = constants(Function(lambda m, x: m.pos_embedding - x, pos_embedding=(4,)), "symbolic")
    assert found == [Constant("pos embedding", first=True, shape=(4,))]


def test_two_tensors_of_data_have_no_constant() -> None:
    assert not constants(Function(lambda m, x: x * x.exp() + x), "symbolic")


@pytest.mark.parametrize(
    ("index", "word"),
    [
        ((slice(None), None), "unsqueeze"),
        ((..., None, slice(None)), "unsqueeze"),
        ((slice(None), [0, 2]), "select"),
        ((slice(None), torch.tensor([3, 1])), "select"),
        ((slice(None), slice(1, 3)), "slice"),
        ((slice(None), 0), "slice"),
        ((slice(None), None, slice(0, 2)), "slice"),
    ],
)
def test_an_index_is_called_what_it_does(index: Any, word: str) -> None:
    class Picks(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Any:
            return self.a(x)[index]

    for tracer in ("symbolic", "recorded"):
        architecture = visualize.trace(Picks(), (2, 4), tracer=tracer)
        picks = [one for one in architecture.operations if one.type == "getitem"]
        assert [str(operation(one)) for one in picks] == [word]


class Kernel(nn.Module):
    """Multiplies with what is computed from its parameter and numbers."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.log_rate = nn.Parameter(torch.ones(4))
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return x.relu() * self.function(self.log_rate)


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda rate: rate.exp() - 1.0, Constant("1")),
        (lambda rate: (rate * 1j).exp().real, Constant("1j")),
        (lambda rate: (rate * (1 - 2j)).abs(), Constant("1-2j")),
        (lambda rate: 2**rate, Constant("2", first=True)),
        (lambda rate: 3 / (1 + rate), Constant("3", first=True)),
    ],
)
def test_numbers_of_what_is_computed_from_parameters(
    function: Callable[[Tensor], Tensor], expected: Constant, tracer: str
) -> None:
    found = constants(Kernel(function), tracer)
    assert (expected.name, expected.first) in [(one.name, one.first) for one in found]
