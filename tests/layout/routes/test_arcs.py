"""Arcs are nested, and move to the side that is free."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tests.layouts import THEME, hits, scene
from visualize.core.choices import Direction
from visualize.core.geometry import Point, Rectangle, Transform
from visualize.layout import lay_out
from visualize.layout.densities import ROOMY
from visualize.layout.routes.arcs import Arc, route_arcs
from visualize.layout.units import BoxUnit


def test_nested_arcs_do_not_cross() -> None:
    edges = list(itertools.pairwise(["a", "b", "c", "+1", "+2"]))
    layout = lay_out(scene(edges, [("a", "+2"), ("b", "+1")]), THEME, Direction.TB)
    outer, inner = (placed for placed in layout.arrows if placed.arrow.arc)
    reach = [max(point.across for point in placed.route.curves()) for placed in (outer, inner)]
    assert reach[0] > reach[1] + 5
    assert hits(layout) == []


def test_an_arc_moves_to_the_side_that_is_free() -> None:
    edges = [("a", "b"), ("a", "c"), ("b", "d"), ("d", "+"), ("+", "e"), ("c", "e")]
    layout = lay_out(scene(edges, [("b", "+")]), THEME, Direction.TB)
    assert hits(layout) == []


def test_arcs_that_are_routed_already_make_room_for_another() -> None:
    """It arrives where one of them begins."""
    boxes = {BoxUnit(str(one)): Rectangle(40 * one, 40 * one + 20, -30, 30) for one in range(6)}
    ends = [(2, 4), (0, 2)]
    inside, outside = (
        Arc(index, BoxUnit(str(one)), BoxUnit(str(other)))
        for index, (one, other) in enumerate(ends)
    )
    areas = [*boxes.values()]
    inner = route_arcs([inside], boxes, (), areas, ROOMY.arc)
    both = route_arcs([outside], boxes, (), areas, ROOMY.arc, inner=inner)
    assert [arc.index for arc in both] == [0, 1]
    assert both[0].lane == inner[0].lane
    assert both[0].start.along - both[1].end.along >= ROOMY.arc.port


def test_an_arc_keeps_away_from_the_border_of_what_it_passes() -> None:
    one, other, beside = map(BoxUnit, ("a", "+", "b"))
    boxes = {
        one: Rectangle(0, 20, -30, 30),
        other: Rectangle(80, 90, -5, 5),
        beside: Rectangle(87, 107, 10, 28),  # its border is 2 points from the middle of +
    }
    (arc,) = route_arcs([Arc(0, one, other)], boxes, (), [*boxes.values()], ROOMY.arc, 1)
    assert arc.side == -1


def test_a_long_way_to_a_lane_hits_no_small_box() -> None:
    """However far it is from the lane to the box."""
    one, other, small, far = map(BoxUnit, ("a", "+", "x", "b"))
    boxes = {
        one: Rectangle(0, 20, 570, 650),
        other: Rectangle(80, 90, -5, 5),
        small: Rectangle(80, 90, 170, 180),
        far: Rectangle(40, 60, 1900, 2000),
    }
    (arc,) = route_arcs([Arc(0, one, other)], boxes, (), [*boxes.values()], ROOMY.arc, 1)
    points = arc.route(ROOMY.arc).sample(1000)
    assert not any(boxes[small].holds(point) for point in points)


boxes = {
    BoxUnit(str(number)): Rectangle(40 * number, 40 * number + 20, -30, 30) for number in range(6)
}
pairs = st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda pair: pair[0] < pair[1])


@given(st.lists(pairs, min_size=1, max_size=5, unique=True), st.sampled_from([1, -1]))
def test_lanes_lie_outside_of_what_they_pass(found: list[tuple[int, int]], side: int) -> None:
    arcs = [
        Arc(index, BoxUnit(str(one)), BoxUnit(str(other)))
        for index, (one, other) in enumerate(found)
    ]
    routed = route_arcs(arcs, boxes, (), [*boxes.values()], ROOMY.arc, side)
    assert sorted(arc.index for arc in routed) == list(range(len(arcs)))
    for arc in routed:
        assert arc.side * arc.lane >= 30 + ROOMY.arc.lane
        for unit, area in boxes.items():
            inner, points = area.grown(-0.1), arc.route(ROOMY.arc).sample()
            assert unit in arc.ends or not any(inner.holds(point) for point in points)


@given(pairs, st.floats(-50, 50), st.floats(-50, 50), st.booleans())
def test_an_arc_runs_where_its_route_is_transformed_to(
    found: tuple[int, int], along: float, across: float, mirrored: bool
) -> None:
    ends = (BoxUnit(str(number)) for number in found)
    (arc,) = route_arcs([Arc(0, *ends)], boxes, (), [*boxes.values()], ROOMY.arc)
    transform = Transform(along, across, mirrored)
    one, other = arc.transformed(transform).route(ROOMY.arc), arc.route(ROOMY.arc)
    for (a, _), (b, _) in zip(one.vertices, other.transformed(transform).vertices, strict=True):
        assert abs(a.along - b.along) < 1e-9
        assert abs(a.across - b.across) < 1e-9


def test_the_label_of_an_arc_is_beyond_its_lane() -> None:
    arc = Arc(0, BoxUnit("a"), BoxUnit("b"), 8.0, 30.0, 1, 50.0, Point(0, 10), Point(40, 10))
    room = ROOMY.arc
    assert arc.label_center(room) == Point(20, 50 + room.label + 15)
    assert Rectangle.around(arc.label_center(room), 8, 30) in arc.areas(room)
    # A line of three strands pushes it away.
    assert replace(arc, reach=2.0).label_center(room) == Point(20, 52 + room.label + 15)
