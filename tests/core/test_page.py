"""Rectangles and curves on the page."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualize.core.page import Area, Place, is_straight, place_on, polyline

SQUARE = Area(0, 0, 10, 10)


def test_measures() -> None:
    area = Area(1, 2, 5, 10)
    assert (area.width, area.height, area.center) == (4, 8, (3, 6))
    assert area.shrunk(1) == Area(2, 3, 4, 9)
    assert area.shrunk(-1) == Area(0, 1, 6, 11)


@pytest.mark.parametrize(
    ("start", "end", "crosses"),
    [
        ((-5, 5), (15, 5), True),
        ((5, 5), (6, 6), True),  # inside
        ((-5, 5), (5, 5), True),  # ends inside
        ((-5, -5), (15, 15), True),
        ((-5, 5), (-1, 5), False),
        ((-5, 0), (15, 0), False),  # along an edge
        ((0, -5), (0, 15), False),
        ((-5, 5), (5, 15), False),  # touches a corner
        ((-5, 6), (6, 17), False),
        ((5, 5), (5, 5), True),
        ((20, 5), (20, 5), False),
    ],
)
def test_lines_that_cross(start: Place, end: Place, crosses: bool) -> None:
    assert SQUARE.is_crossed(start, end) is crosses
    assert SQUARE.is_crossed(end, start) is crosses


coordinates = st.integers(-12, 22).map(float)
places = st.tuples(coordinates, coordinates)


@given(places, places)
def test_a_line_with_a_place_inside_crosses(start: Place, end: Place) -> None:
    inside = any(SQUARE.holds(place_on((start, end), part / 64)) for part in range(65))
    assert SQUARE.is_crossed(start, end) or not inside


@pytest.mark.parametrize(
    ("other", "overlaps", "encloses"),
    [
        (Area(2, 2, 4, 4), True, True),
        (SQUARE, True, True),
        (Area(5, 5, 15, 15), True, False),
        (Area(10, 0, 20, 10), False, False),  # shares an edge
        (Area(11, 11, 12, 12), False, False),
    ],
)
def test_areas(other: Area, overlaps: bool, encloses: bool) -> None:
    assert SQUARE.overlaps(other) is other.overlaps(SQUARE) is overlaps
    assert SQUARE.encloses(other) is encloses


@pytest.mark.parametrize(
    ("segment", "straight"),
    [
        (((0, 0), (9, 9)), True),
        (((0, 0), (3, 3), (6, 6), (9, 9)), True),
        (((0, 0), (3, 3.01), (6, 6), (9, 9)), True),
        (((0, 0), (3, 0), (6, 9), (9, 9)), False),
        (((0, 0), (12, 12), (6, 6), (9, 9)), False),  # runs beyond its end
    ],
)
def test_straight_segments(segment: tuple[Place, ...], straight: bool) -> None:
    assert is_straight(segment) is straight


def test_a_curve_has_places_close_together() -> None:
    curve = ((0.0, 0.0), (0.0, 30.0), (30.0, 60.0), (60.0, 60.0))
    line = polyline([curve])
    assert line[0] == curve[0]
    assert line[-1] == curve[-1]
    assert max(math.dist(a, b) for a, b in itertools.pairwise(line)) < 3


def test_places_on_a_curve() -> None:
    curve = ((0.0, 0.0), (0.0, 3.0), (3.0, 3.0), (3.0, 0.0))
    assert place_on(curve, 0) == (0, 0)
    assert place_on(curve, 1) == (3, 0)
    assert place_on(curve, 0.5) == (1.5, 2.25)
