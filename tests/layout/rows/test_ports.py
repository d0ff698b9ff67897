"""Lines meet the sides of a unit apart from each other."""

from __future__ import annotations

import math

import pytest

from visualize.core.geometry import Rectangle
from visualize.layout.rows.paths import Side
from visualize.layout.rows.ports import Ports, meeting
from visualize.layout.units import BoxUnit

BOX = BoxUnit("box")


def test_a_straight_line_is_in_the_middle_and_others_on_their_sides() -> None:
    ports = Ports(4.0)
    for line, lean in (("down", 30.0), ("level", 0.0), ("up", -20.0), ("far up", -90.0)):
        ports.add(BOX, Side.RIGHT, line, lean)
    offsets = [ports.offset(BOX, Side.RIGHT, one, 20) for one in ("far up", "up", "level", "down")]
    assert offsets == [-8, -4, 0, 4]


def test_ports_are_closer_on_a_short_side() -> None:
    ports = Ports(4.0)
    for line, lean in (("left", -1.0), ("middle", 0.0), ("right", 1.0)):
        ports.add(BOX, Side.TOP, line, lean)
    assert ports.offset(BOX, Side.TOP, "left", 3) == -3


def test_a_line_that_is_straight_once_stays_so() -> None:
    ports = Ports(4.0)
    ports.add(BOX, Side.RIGHT, "line", 0.0)
    ports.add(BOX, Side.RIGHT, "line", -5.0)
    ports.add(BOX, Side.RIGHT, "other", -5.0)
    assert ports.offset(BOX, Side.RIGHT, "line", 20) == 0


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("offset", [-4.0, 0.0, 3.0])
def test_a_line_meets_a_circle_on_its_edge(side: Side, offset: float) -> None:
    point = meeting(Rectangle(0, 10, 20, 30), side, offset, is_circle=True)
    assert math.isclose(math.dist(point, (5, 25)), 5)


def test_a_line_meets_a_box_on_its_border() -> None:
    area = Rectangle(0, 10, 20, 60)
    assert meeting(area, Side.RIGHT, 2, is_circle=False) == (7, 60)
    assert meeting(area, Side.BOTTOM, 2, is_circle=False) == (10, 42)
