"""Rectangles on the page."""

from __future__ import annotations

from visualize.core.choices import Direction
from visualize.core.geometry import Rectangle
from visualize.layout.corners import Corners

EXTENT = Rectangle(0, 100, -40, 40)


def test_directions() -> None:
    assert Corners.of(EXTENT, Direction.TB).size == (80, 100)
    assert Corners.of(EXTENT, Direction.LR).size == (100, 80)


def test_joined_rectangles_hold_both() -> None:
    joined = Corners(0, 0, 10, 10).joined(Corners(-5, 2, 3, 20))
    assert joined == Corners(-5, 0, 10, 20)
