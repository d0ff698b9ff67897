"""What texts keep clear of: areas, and lines where they are drawn."""

from __future__ import annotations

import pytest

from visualize.core.geometry import Point, Rectangle
from visualize.core.route import Route
from visualize.layout.clutter import Clutter, Thing, along
from visualize.layout.spacing import LabelSpacing

ROOM = LabelSpacing()
CORNER = Route.rounded([Point(0, 0), Point(100, 0), Point(100, 100)], 20).curves()


def clutter(*things: Thing) -> Clutter:
    found = Clutter(ROOM)
    found.add(things)
    return found


def test_an_area_is_taken_until_it_is_removed() -> None:
    box = Thing(Rectangle(0, 10, 0, 10))
    found = clutter(box)
    assert not found.is_free(Rectangle(5, 15, 5, 15))
    assert found.is_free(Rectangle(5, 15, 5, 15), box)
    assert found.is_free(Rectangle(11, 15, 0, 10))
    found.remove(box)
    assert found.is_free(Rectangle(5, 15, 5, 15))


@pytest.mark.parametrize(
    ("area", "free"),
    [
        (Rectangle(40, 50, -5, 5), False),
        (Rectangle(95, 105, 50, 60), False),
        (Rectangle(20, 60, 40, 80), True),  # inside the corner
        (Rectangle(97, 100, 0, 3), True),  # outside of the rounded corner
    ],
)
def test_a_line_is_taken_where_it_is_drawn(area: Rectangle, free: bool) -> None:
    assert clutter(*along(CORNER)).is_free(area) is free


def test_a_double_line_is_drawn_on_both_sides_of_its_route() -> None:
    beside = Rectangle(40, 50, 2, 4)
    assert clutter(*along(CORNER)).is_free(beside)
    shifts = [(side, other) for side in (-3.0, 3.0) for other in (-3.0, 3.0)]
    assert not clutter(*along(CORNER, shifts)).is_free(beside)
