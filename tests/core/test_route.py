"""Routes draw what the functions drew that made Bézier paths of corners."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from visualize.core.geometry import Point, Transform
from visualize.core.route import SMOOTH, Route, Vertex

numbers = st.floats(-200, 200).map(lambda value: round(value, 2))
points = st.builds(Point, numbers, numbers)


def between(start: Point, end: Point, part: float) -> Point:
    return Point(*(a + (b - a) * part for a, b in zip(start, end)))


def toward(start: Point, end: Point, distance: float) -> Point:
    length = math.dist(start, end)
    return between(start, end, distance / length) if length else start


def line(path: list[Point], end: Point) -> None:
    path += [between(path[-1], end, 1 / 3), between(path[-1], end, 2 / 3), end]


def rounded_path(corners: Sequence[Point], radius: float) -> list[Point]:
    """What a rounded path is: each corner cut at its radius, or at what its segments leave."""
    path = [corners[0]]
    for position in range(1, len(corners) - 1):
        before, corner, after = corners[position - 1 : position + 2]
        room_before = math.dist(before, corner) / (1 if position == 1 else 2)
        room_after = math.dist(corner, after) / (1 if position == len(corners) - 2 else 2)
        cut = min(radius, room_before, room_after)
        entry, leave = toward(corner, before, cut), toward(corner, after, cut)
        line(path, entry)
        path += [between(entry, corner, 0.55), between(leave, corner, 0.55), leave]
    line(path, corners[-1])
    return path


@st.composite
def staircases(draw: st.DrawFn) -> list[Point]:
    """Corners of a line that turns by right angles."""
    corners = [draw(points)]
    for place, step in enumerate(draw(st.lists(numbers, min_size=1, max_size=6))):
        along, across = (step, 0.0) if place % 2 else (0.0, step)
        corners.append(corners[-1].moved(along, across))
    return corners


@st.composite
def routes(draw: st.DrawFn) -> Route:
    """A route of one or two parts."""
    corners = draw(staircases())
    route = Route.rounded(corners, draw(st.sampled_from([6.0, 8.0, 16.0])))
    if draw(st.booleans()):
        return route.joined(Route.smooth(corners[-1], draw(points)))
    return route


def near(one: Sequence[Point], other: Sequence[Point]) -> bool:
    return len(one) == len(other) and all(map(lambda a, b: math.dist(a, b) < 1e-9, one, other))


@given(staircases(), st.sampled_from([2.0, 8.0, 16.0, 1000.0]))
def test_corners_are_rounded(corners: list[Point], radius: float) -> None:
    assert Route.rounded(corners, radius).curves() == rounded_path(corners, radius)


@given(points, points)
def test_an_s_curve_leaves_and_arrives_along_the_flow(start: Point, end: Point) -> None:
    bend = (end.along - start.along) * 0.5
    control = Point(start.along + bend, start.across), Point(end.along - bend, end.across)
    assert Route.smooth(start, end).curves() == [start, *control, end]


@given(points, points)
def test_a_line_is_straight(start: Point, end: Point) -> None:
    assert Route.straight(start, end).curves() == rounded_path([start, end], 1.0)
    assert Route.straight(start, end).corners() in ([start, end], [start, start])


@given(routes(), routes())
def test_parts_are_joined_as_they_are(one: Route, other: Route) -> None:
    apart = one.end.along - other.start.along, one.end.across - other.start.across
    other = other.transformed(Transform(*apart))
    whole = one.joined(other).curves()
    assert near(whole, [*one.curves(), *other.curves()[1:]])


def test_a_gap_is_closed_with_a_straight_line() -> None:
    one = Route.straight(Point(0, 0), Point(10, 0))
    other = Route.straight(Point(20, 0), Point(20, 30))
    assert one.joined(other).corners() == [Point(0, 0), Point(20, 0), Point(20, 30)]
    # Ends that nearly meet are one point.
    assert len(one.joined(Route.straight(Point(10.5, 0), Point(20, 0))).vertices) == 3


@given(routes(), numbers, numbers)
def test_curves_move_with_their_route(route: Route, along: float, across: float) -> None:
    moved = route.transformed(Transform(along, across))
    assert near(moved.curves(), [point.moved(along, across) for point in route.curves()])


@given(routes(), st.floats(0, 300))
def test_curves_turn_with_their_route(route: Route, length: float) -> None:
    turn = Transform(length, mirrored=True)
    turned = route.transformed(turn).curves()
    assert near(turned, [Point(length - along, across) for along, across in route.curves()])
    assert near(route.transformed(turn).transformed(turn).curves(), route.curves())


@given(routes())
def test_bounds_hold_all_that_is_drawn(route: Route) -> None:
    area = route.bounds().grown(1e-6)
    assert all(area.holds(point) for point in route.sample())
    assert area.holds(route.start)
    assert area.holds(route.end)


def test_corners_are_what_a_reader_would_draw() -> None:
    corners = [Point(0, 0), Point(0, 40), Point(60, 40)]
    assert Route.rounded(corners, 16).corners() == corners
    # A corner on a straight line is left out, and so are points that coincide.
    straight = Route.rounded([Point(0, 0), Point(30, 0), Point(30, 0), Point(60, 0)], 6)
    assert straight.corners() == [Point(0, 0), Point(60, 0)]
    curve = Route.smooth(Point(0, 0), Point(40, 20)).corners()
    # Its middle lies on the line between the points before and after.
    assert near(curve, [Point(0, 0), Point(11.875, 3.125), Point(28.125, 16.875), Point(40, 20)])
    assert Route.smooth(Point(0, 0), Point(40, 0)).corners() == [Point(0, 0), Point(40, 0)]


def test_vertices_pass_unless_they_have_a_radius() -> None:
    assert Vertex(Point(1, 2)).radius == 0
    assert [vertex.radius for vertex in Route.smooth(Point(0, 0), Point(9, 9)).vertices] == [
        0, SMOOTH, SMOOTH, 0,
    ]  # fmt: skip


def test_rounded_path_keeps_its_ends_and_cuts_its_corners() -> None:
    corners = [Point(0, 0), Point(0, 50), Point(50, 50)]
    path = Route.rounded(corners, 10).curves()
    assert (path[0], path[-1]) == (corners[0], corners[-1])
    assert (len(path) - 1) % 3 == 0
    assert all(point.along <= 0.001 or point.across >= 39.999 for point in path)
    assert Point(0, 50) not in path
