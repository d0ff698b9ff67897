"""A transform moves and mirrors points, rectangles, routes and what is placed alike."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualize.core.geometry import Point, Rectangle, Transform, passes, sample, transformed
from visualize.core.layout import PlacedBox, PlacedFrame, PlacedText
from visualize.core.route import Route
from visualize.core.scene import SceneBox, SceneGroup

numbers = st.floats(-200, 200)
points = st.builds(Point, numbers, numbers)
transforms = st.builds(Transform, numbers, numbers, st.booleans())
rectangles = st.builds(Rectangle.around, points, st.floats(0, 90), st.floats(0, 90))


def by_hand(point: Point, transform: Transform) -> Point:
    """A mirror at the origin, and then a shift."""
    along = -point.along if transform.mirrored else point.along
    return Point(along + transform.along, point.across + transform.across)


def near(one: Point, other: Point) -> bool:
    return math.dist(one, other) < 1e-9


@given(points, transforms)
def test_a_point_is_mirrored_and_then_shifted(point: Point, transform: Transform) -> None:
    assert near(transform.of(point), by_hand(point, transform))


@given(points, numbers)
def test_turning_twice_changes_nothing(point: Point, length: float) -> None:
    turn = Transform(length, mirrored=True)
    assert near(turn.of(turn.of(point)), point)


@given(rectangles, transforms)
def test_a_rectangle_goes_where_its_corners_go(area: Rectangle, transform: Transform) -> None:
    moved = area.transformed(transform)
    corners = [
        transform.of(Point(along, across))
        for along in (area.start, area.end)
        for across in (area.low, area.high)
    ]
    assert moved.start == pytest.approx(min(corner.along for corner in corners))
    assert moved.end == pytest.approx(max(corner.along for corner in corners))
    assert moved.low == pytest.approx(min(corner.across for corner in corners))
    assert moved.high == pytest.approx(max(corner.across for corner in corners))


@given(points, points, transforms)
def test_the_curves_of_a_route_go_where_their_points_go(
    start: Point, end: Point, transform: Transform
) -> None:
    route = Route.smooth(start, end)
    moved = route.transformed(transform).curves()
    assert all(near(one, transform.of(other)) for one, other in zip(moved, route.curves()))


@given(points, transforms)
def test_boxes_go_with_their_centres(center: Point, transform: Transform) -> None:
    box = PlacedBox(SceneBox("a", ("a",), "layer", (), 0, 0, "", "", ""), center, 20, 50, (("a",),))
    (moved,) = transformed([box], transform)
    assert moved.center == transform.of(center)
    assert (moved.length, moved.breadth) == (20, 50)


def test_the_title_of_a_frame_reads_in_the_same_order() -> None:
    texts = (PlacedText("first", Point(10, 0), 9), PlacedText("second", Point(20, 0), 7))
    group = SceneGroup("g", "first", "second", "repeat", "")
    frame = PlacedFrame(group, Rectangle(0, 100, -20, 20), texts)
    moved = frame.transformed(Transform(100, mirrored=True))
    assert [text.text for text in moved.texts] == ["first", "second"]
    assert [text.center.along for text in moved.texts] == [80, 90]
    assert moved.rectangle == frame.rectangle


@given(st.lists(points, min_size=4, max_size=4), rectangles, st.integers(2, 40), st.booleans())
def test_a_curve_passes_an_area_that_holds_one_of_its_points(
    curve: list[Point], area: Rectangle, steps: int, is_forth: bool
) -> None:
    curve = sorted(curve) if is_forth else curve
    assert passes(curve, area, steps) == any(map(area.holds, sample(curve, steps)))
