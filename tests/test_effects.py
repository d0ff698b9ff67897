"""Every option that changes nothing in a figure is named."""

from __future__ import annotations

import pytest

import visualize
from visualize.effects import without_effect

RESNET = visualize.trace("resnet18")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"labels": {"layer1.0.conv1": "first"}, "level": "layer"}, ""),
        ({"labels": {"BasicBlock": "residual block"}, "level": "block"}, ""),
        ({"labels": {"relu": "rectifier"}, "level": "layer"}, "--label relu=rectifier"),
        ({"labels": {"layer4.1": "last"}, "level": "stage", "details": ["none"]}, "--label"),
        ({"expand": ["layer1"], "level": "stage"}, ""),
        ({"expand": ["BasicBlock"], "level": "block"}, ""),
        ({"expand": ["layer1"], "level": "layer"}, "--expand layer1"),
        ({"expand": ["layer1.0", "layer1"], "level": "stage"}, "--expand layer1 "),
        ({"collapse": ["layer1"], "level": "layer"}, ""),
        ({"collapse": ["BasicBlock"], "level": "block"}, "--collapse BasicBlock"),
        ({"hide": ["maxpool"], "level": "layer"}, ""),
        ({"hide": ["layer1.0.conv1"], "level": "block"}, "--hide"),
        ({"fold": False, "level": "layer"}, ""),
        ({"details": ["BasicBlock"], "level": "block"}, ""),
        ({"details": ["BasicBlock"], "level": "layer"}, "--details"),
    ],
)
def test_what_changes_nothing_says_so(options: dict[str, object], named: str) -> None:
    found = list(without_effect(visualize.draw(RESNET, **options)))
    assert bool(found) == bool(named)
    assert all(one.startswith(named) and "has no effect at level" in one for one in found)


def test_copies_that_are_none_cannot_be_unfolded() -> None:
    figure = visualize.draw("alexnet", fold=False, level="layer")
    assert [one.partition(" ")[0] for one in without_effect(figure)] == ["--no-fold"]
