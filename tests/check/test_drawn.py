"""What a finished figure shows, as plain data."""

from __future__ import annotations

import pytest

from visualize.check.drawn import DrawnBox
from visualize.core.page import Area


@pytest.mark.parametrize(
    ("height", "radius", "expected"),
    [(5.0, 6.5, False), (0.0, 6.5, True), (2.0, 6.5, True), (5.0, 2.0, True), (5.0, 0.0, True)],
)
def test_a_line_at_the_corner_of_a_circle_is_not_in_it(
    height: float, radius: float, expected: bool
) -> None:
    shape = DrawnBox("add", Area(0, 0, 13, 13), "#fff", "#000", radius=radius)
    leaves = [(11.0, 6.5 - height), (60.0, 6.5 - height)]
    assert shape.is_entered(leaves, 1.2) is expected
