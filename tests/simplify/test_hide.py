"""Modules that are not drawn: the box before them holds their operations."""

from __future__ import annotations

from collections import Counter

import pytest
from torch import Tensor, nn

import visualize
from tests.diagrams import (
    shown_skips,
)
from tests.two_blocks import Net
from visualize.core.choices import Level
from visualize.core.errors import UsageError
from visualize.simplify import simplify


@pytest.fixture(scope="module")
def net() -> visualize.Architecture:
    return visualize.trace(Net(), (1, 3, 16, 16))


def test_the_box_before_holds_a_hidden_module(net: visualize.Architecture) -> None:
    plain = visualize.draw(net, level="layer", fold=False).scene
    scene = visualize.draw(net, level="layer", fold=False, hide=["Dropout", "side"]).scene
    hidden = {one.id for one in plain.boxes} - {one.id for one in scene.boxes}
    assert "side" in hidden
    assert sum(box.parameters for box in scene.boxes) == net.parameters
    told = [line for box in scene.boxes for line in box.label if "hidden" in line]
    assert told == ["36 params hidden"]


def test_what_joins_tensors_cannot_be_hidden() -> None:
    class Joins(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.other = nn.Conv2d(3, 3, 1), nn.Conv2d(3, 3, 1)
            self.join = nn.Bilinear(8, 8, 4)

        def forward(self, x: Tensor) -> Tensor:
            return self.join(self.one(x), self.other(x))

    with pytest.raises(UsageError, match="cannot hide join: it joins 2 tensors"):
        visualize.draw(Joins(), (1, 3, 8, 8), hide=["join"], level="layer")


def test_a_hidden_residual_block_still_says_what_it_holds(net: visualize.Architecture) -> None:
    simplified = simplify(net, Level.LAYER, hidden=["body.1"])
    assert shown_skips(simplified) == Counter(identity=2)
