"""Features that a condition scales and shifts, and adaptive norms."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.formulas import assert_whole
from visualize.core.choices import Level
from visualize.core.diagram import Box, BoxKind
from visualize.simplify import simplify


class Modulated(nn.Module):
    """A layer between whose norm and sum the features are modulated; ``way`` is how."""

    def __init__(self, way: str) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(8, 8), nn.Linear(8, 8)
        self.norm = nn.LayerNorm(8, elementwise_affine=False)
        self.condition = nn.Linear(8, 16)
        self.way = way

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        scale, shift = self.condition(c).chunk(2, -1)
        y = self.first(x)
        if self.way == "features":
            y = y * (scale[:, None] + 1) + shift[:, None]
        elif self.way == "shift first":
            y = shift.unsqueeze(1) + (1 + scale).unsqueeze(1) * self.norm(y)
        elif self.way == "norm read twice":
            z = self.norm(y)
            y = z * (1 + scale[:, None]) + shift[:, None] + z.exp()
        elif self.way == "two":
            y = self.norm(y) * (2 + scale[:, None]) + shift[:, None]
        else:
            y = self.norm(y) * (1 + scale[:, None]) + shift[:, None]
        return x + self.last(y)


def boxes(way: str) -> list[Box]:
    architecture = visualize.trace(Modulated(way), (torch.zeros(1, 6, 8), torch.zeros(1, 8)))
    diagram = simplify(architecture, Level.LAYER)
    assert_whole(architecture, diagram)
    return [box for box in diagram.boxes if box.kind is BoxKind.IDIOM]


@pytest.mark.parametrize(
    ("way", "label"),
    [
        ("norm", ["adaptive LayerNorm"]),
        ("shift first", ["adaptive LayerNorm"]),
        ("features", ["modulation", "x·(1 + s) + b"]),
        ("norm read twice", ["modulation", "x·(1 + s) + b"]),
    ],
)
def test_a_modulation_is_one_box(way: str, label: list[str]) -> None:
    (box,) = boxes(way)
    assert [str(line) for line in box.label] == label


def test_what_is_not_scaled_around_one_stays_open() -> None:
    assert boxes("two") == []


def test_the_condition_arrives_at_it_and_the_residual_stays() -> None:
    inputs = torch.zeros(1, 6, 8), torch.zeros(1, 8)
    diagram = simplify(visualize.trace(Modulated("norm"), inputs), Level.LAYER)
    (box,) = (box for box in diagram.boxes if box.kind is BoxKind.IDIOM)
    assert set(diagram.data_sources(box.id)) == {"first", "condition"}
    assert [skip.merge for skip in diagram.skips if not diagram.is_collapsed(skip)] == ["add_2"]
