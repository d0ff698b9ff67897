"""What operations compute of one tensor."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import visualize
from visualize.core.diagram import Diagram
from visualize.simplify.idioms.formula import Formula
from visualize.simplify.idioms.moments import Operand, Value, given, mean, power, variance
from visualize.simplify.idioms.rule import View
from visualize.simplify.prune import prune_plumbing

X = given("")
LAST = frozenset({2})


class Net(nn.Module):
    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


def computed(function: Callable[[Tensor], Tensor]) -> Operand | None:
    """What a function computes of a tensor of shape 2×6×8."""
    exact = visualize.trace(Net(function), (2, 6, 8))
    view = View(prune_plumbing(Diagram.of(exact)))
    (result,) = view.sources("output")
    return Formula(view, "x", view.deviations).value(view.layer(result).core.id)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: x.mean(-1), mean(X, LAST)),
        (lambda x: x.sum(2, keepdim=True) / 8, mean(X, LAST)),
        (lambda x: torch.square(x).mean(2).sqrt(), power(mean(power(X, 2.0) or X, LAST) or X, 0.5)),
        (lambda x: 1 / x, power(X, -1.0)),
        (lambda x: x**2, power(X, 2.0)),
        (lambda x: x.var(-1, unbiased=False), variance(X, LAST)),
        (lambda x: x.var(-1), variance(X, LAST, 8 / 7)),
        (lambda x: torch.std(x, dim=-1, correction=0), power(variance(X, LAST) or X, 0.5)),
        (lambda x: x.detach().contiguous(), X),
        (lambda x: x.mean(-1)[..., None].clamp(min=1e-6), mean(X, LAST)),
        (lambda x: 2**x, None),
        (lambda x: 1 - x, None),
        (lambda x: torch.add(x, x.mean(-1, keepdim=True), alpha=-1), None),
        (lambda x: x[..., :4].mean(-1), None),
        (lambda x: x.norm(p=1, dim=-1), None),
        (lambda x: x.mean(), None),
    ],
)
def test_what_a_function_computes(
    function: Callable[[Tensor], Tensor], expected: Operand | None
) -> None:
    assert computed(function) == expected


def test_a_length_is_the_root_of_a_sum_of_squares() -> None:
    by_norm = computed(lambda x: x.norm(dim=-1))
    by_sum = computed(lambda x: (x * x).sum(-1).sqrt())
    by_vector = computed(lambda x: torch.linalg.vector_norm(x, dim=-1))
    assert isinstance(by_norm, Value)
    assert by_norm == by_sum == by_vector


def test_both_parts_of_a_variance_and_mean() -> None:
    assert computed(lambda x: torch.var_mean(x, -1)[1].neg().neg()) == mean(X, LAST)
    assert computed(lambda x: torch.var_mean(x, -1)[0].neg().neg()) == variance(X, LAST, 8 / 7)
