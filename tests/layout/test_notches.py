"""The empty corners of a figure."""

from __future__ import annotations

from visualize.layout.corners import Corners
from visualize.layout.notches import notches


def test_a_triangle_has_steps() -> None:
    areas = [Corners(0, 0, 10, 10), Corners(0, 20, 30, 30), Corners(0, 40, 60, 50)]
    assert notches(areas) == [(10, 30), (30, 10)]


def test_a_rectangle_has_none() -> None:
    assert notches([Corners(5, 0, 50, 10), Corners(0, 20, 30, 30)]) == []
