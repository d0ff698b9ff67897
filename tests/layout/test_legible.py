"""Labels that lie on others are seen before a figure is taken."""

from __future__ import annotations

from dataclasses import replace

import pytest
from torch import nn

import visualize
from visualize.core.choices import Direction
from visualize.core.geometry import Point
from visualize.core.layout import Layout, PlacedText
from visualize.layout.legible import is_legible

THEME = visualize.draw(nn.ReLU(), (1, 3)).drawing.arranger.theme


def with_labels(layout: Layout, *labels: PlacedText) -> Layout:
    bare = [replace(arrow, label=None) for arrow in layout.arrows]
    labelled = [replace(arrow, label=label) for arrow, label in zip(bare, labels)]
    return replace(layout, arrows=(*labelled, *bare[len(labels) :]))


@pytest.fixture(scope="module")
def layout() -> Layout:
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Conv2d(8, 8, 3), nn.Conv2d(8, 8, 3))
    return visualize.draw(model, (1, 3, 9, 9)).drawing.layout


@pytest.mark.parametrize("direction", [Direction.TB, Direction.LR])
def test_labels_side_by_side_are_legible_and_on_each_other_not(
    layout: Layout, direction: Direction
) -> None:
    first = PlacedText("64×56×56", Point(10, 10), 7)
    for along, across in ((0, 60), (60, 0)):
        beside = replace(first, center=Point(10 + along, 10 + across))
        assert is_legible(with_labels(layout, first, beside), direction, THEME)
    upon = replace(first, center=Point(13, 13))
    assert not is_legible(with_labels(layout, first, upon), direction, THEME)


def test_the_direction_is_that_of_the_text(layout: Layout) -> None:
    pair = [PlacedText("64×56×56", Point(at, 10), 7) for at in (10, 22)]
    assert is_legible(with_labels(layout, *pair), Direction.TB, THEME)
    assert not is_legible(with_labels(layout, *pair), Direction.LR, THEME)
