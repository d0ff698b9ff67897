"""A sum of several tensors is one merge."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import visualize
from tests.formulas import assert_whole
from visualize.core.choices import Level
from visualize.core.diagram import Diagram
from visualize.simplify import simplify

IMAGE = (1, 4, 8, 8)


class Merging(nn.Module):
    """Layers whose results ``merge`` combines, after the input itself."""

    def __init__(self, merge: object, layers: int = 3) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv2d(4, 4, 1 + 2 * n, padding=n) for n in range(layers))
        self.merge = merge

    def forward(self, x: Tensor) -> Tensor:
        return self.merge(*(layer(x) for layer in self.layers))  # type: ignore[operator]


def diagram(model: nn.Module, inputs: object = IMAGE) -> Diagram:
    architecture = visualize.trace(model, inputs)
    simplified = simplify(architecture, Level.LAYER)
    assert_whole(architecture, simplified)
    return simplified


def merged(simplified: Diagram) -> list[tuple[str, int]]:
    """Each merge, with the number of tensors that it reads."""
    return [
        (box.type, simplified.graph.in_degree(box.id))
        for box in simplified.boxes
        if box.core.merges
    ]


def test_a_sum_of_many_is_one_merge() -> None:
    assert merged(diagram(Merging(lambda *x: x[0] + x[1] + x[2]))) == [("add", 3)]
    assert merged(diagram(Merging(lambda *x: sum(x), 5), IMAGE)) == [("add", 5)]
    assert merged(diagram(Merging(lambda *x: x[0] * x[1] * x[2]))) == [("mul", 3)]


def test_sums_and_products_are_apart() -> None:
    mixed = merged(diagram(Merging(lambda *x: x[0] + x[1] * x[2])))
    assert mixed == [("mul", 2), ("add", 2)]
    assert merged(diagram(Merging(lambda *x: x[0] - x[1] - x[2]))) == [("sub", 2), ("sub", 2)]


def test_what_is_read_elsewhere_is_a_merge_of_its_own() -> None:
    def twice(*x: Tensor) -> Tensor:
        part = x[0] + x[1]
        return torch.cat([part + x[2], part])

    assert merged(diagram(Merging(twice))) == [("add", 2), ("add", 2), ("cat", 2)]


class Residual(Merging):
    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers[0](x) + self.layers[1](x)


def test_where_a_skip_connection_ends_is_a_merge_of_its_own() -> None:
    assert merged(diagram(Residual(None))) == [("add", 2), ("add", 2)]


class Accumulating(Merging):
    def forward(self, x: Tensor) -> Tensor:
        total = self.layers[0](x)
        for layer in self.layers[1:]:
            total = total + layer(x)
        return total


def test_a_sum_with_work_between_its_additions_stays() -> None:
    assert merged(diagram(Accumulating(None))) == [("add", 2), ("add", 2)]
