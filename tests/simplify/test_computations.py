"""Long computations without weights are one box that says what they do."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import visualize
from tests.graphs import Net
from visualize.core.choices import Level
from visualize.core.diagram import Box, BoxKind
from visualize.simplify import simplify


def _computing(*kinds: str) -> Net:
    """A network that computes operations of some types between two layers."""
    net = Net()
    node = net.conv(net.input())
    for kind in kinds:
        node = net.function(kind, node)
    net.output(net.conv(node))
    return net


def _computations(net: Net, level: Level = Level.STAGE, depth: int | None = None) -> list[Box]:
    boxes = simplify(net.build(), level, depth=depth, folded=False).boxes
    return [box for box in boxes if box.kind is BoxKind.COMPUTATION]


@pytest.mark.parametrize(
    ("count", "level", "found"),
    [(40, Level.STAGE, 1), (40, Level.BLOCK, 1), (40, Level.LAYER, 0), (5, Level.STAGE, 0)],
)
def test_a_long_computation_without_weights_is_one_box(
    count: int, level: Level, found: int
) -> None:
    assert len(_computations(_computing(*["exp"] * count), level)) == found


def test_a_short_one_is_one_box_where_few_are_wanted() -> None:
    assert len(_computations(_computing("exp", "log"))) == 0
    assert len(_computations(_computing("exp", "log"), depth=1)) == 1


@pytest.mark.parametrize(
    ("kinds", "label"),
    [
        (["exp", "exp"], "exp"),
        (["exp", "transpose", "cumsum", "flatten"], "exp, cumsum"),
        (["exp", "cumsum", "sort", "sin", "exp"], "exp, cumsum, sort, …"),
    ],
)
def test_it_lists_what_tells_it_from_others(kinds: list[str], label: str) -> None:
    (box,) = _computations(_computing(*kinds), depth=1)
    assert [str(line) for line in box.label] == [label]


def _softened(x: torch.Tensor) -> torch.Tensor:
    return torch.cumsum(torch.exp(x), -1)


def _scored(x: torch.Tensor) -> torch.Tensor:
    return torch.sort(_softened(x).log())[0]


class _Ranking(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4))
        self.last = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = _scored(self.first(x))
        return self.last(torch.sin(_softened(torch.cos(x))))


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
def test_it_has_the_name_of_the_function_in_which_it_is_written(tracer: str) -> None:
    architecture = visualize.trace(_Ranking(), (1, 4), tracer=tracer)
    boxes = simplify(architecture, Level.STAGE, depth=1, folded=False).boxes
    found = [str(box.label[0]) for box in boxes if box.kind is BoxKind.COMPUTATION]
    assert found == ["scored", "softened"]


def test_what_is_computed_side_by_side_stays_apart() -> None:
    net = Net()
    x = net.conv(net.input())
    a, b = net.function("exp", x), net.function("sin", x)
    a, b = net.function("log", a), net.function("cos", b)
    net.output(net.conv(a), net.conv(b))
    found = _computations(net, depth=1)
    assert [str(box.label[0]) for box in found] == ["exp, log", "sin, cos"]
