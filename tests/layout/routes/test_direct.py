"""Direct arrows arrive in the middle, and bend clear of others."""

from __future__ import annotations

import itertools

import pytest

from tests.layouts import THEME, scene
from visualize.core.choices import Direction
from visualize.core.geometry import HEAD_LENGTH, Point, Rectangle, without_head
from visualize.layout import lay_out
from visualize.layout.densities import ROOMY
from visualize.layout.routes.direct import Obstacles, bends, connect, entries, leaning
from visualize.layout.units import BoxUnit


def test_branches_are_entered_in_the_middle_and_along_the_flow() -> None:
    edges = [("a", branch) for branch in "bcd"] + [(branch, "+") for branch in "bcd"]
    layout = lay_out(scene(edges), THEME, Direction.TB)
    middle = {placed.box.id: placed.center.across for placed in layout.boxes}
    arrows = [placed for placed in layout.arrows if placed.arrow.source == "a"]
    assert len(arrows) == 3
    for placed in arrows:
        assert placed.route.end.across == pytest.approx(middle[placed.arrow.target])
        before, base = without_head(placed.route.curves())[-2:]
        assert before.across == pytest.approx(base.across)
        assert base.along - before.along >= HEAD_LENGTH


def test_a_curve_bends_where_it_is_clear() -> None:
    source, target = Rectangle(0, 20, -10, 10), Rectangle(100, 120, 60, 80)
    beside = {BoxUnit("early"): Rectangle(24, 60, 30, 90)}
    obstacles = Obstacles(beside, [], ROOMY.curve)
    route, clear = connect(source, target, lambda one: obstacles.are_clear_of(one, ()), ROOMY)
    assert clear
    assert route.corners()[1] == Point(80, 0)  # straight on, and then aside
    free, _ = connect(source, target, lambda _: True, ROOMY)
    assert free.corners()[-2].along == pytest.approx(40)  # aside at once
    _, clear = connect(source, target, lambda _: False, ROOMY)
    assert not clear


def test_the_ends_of_a_route_are_no_obstacles() -> None:
    source, target = Rectangle(0, 20, -10, 10), Rectangle(40, 60, -10, 10)
    units = {BoxUnit("a"): source, BoxUnit("b"): target}
    obstacles = Obstacles(units, [], ROOMY.curve)
    route, _ = connect(source, target, lambda _: True, ROOMY)
    assert obstacles.are_clear_of(route, tuple(units))
    assert not obstacles.are_clear_of(route, ())


def test_a_long_way_does_not_jump_over_a_box() -> None:
    """The points that are looked at lie closer together than a box is long, however long it is."""
    source, target = Rectangle(0, 20, -40, 40), Rectangle(567, 590, -40, 40)
    before_target = {BoxUnit("between"): Rectangle(528, 554, -40, 40)}
    obstacles = Obstacles(before_target, [], ROOMY.curve)
    _, clear = connect(source, target, lambda one: obstacles.are_clear_of(one, ()), ROOMY)
    assert not clear


def test_on_a_short_way_a_curve_goes_straight_on_past_a_longer_branch() -> None:
    source, target = Rectangle(52, 78, 90, 170), Rectangle(107, 120, -6.5, 6.5)
    obstacles = Obstacles({BoxUnit("longer"): Rectangle(68, 91, 5, 83)}, [], ROOMY.curve)
    route, clear = connect(source, target, lambda one: obstacles.are_clear_of(one, ()), ROOMY)
    assert clear
    assert route.start.across == route.corners()[1].across
    free, _ = connect(source, target, lambda _: True, ROOMY)
    assert len(free.vertices) == 4  # one curve all the way


def test_arrows_from_one_side_have_heads_of_their_own() -> None:
    target = Rectangle(50, 70, 100, 200)
    left = [Rectangle(0, 10, low, low + 20) for low in (0, 10, 20)]
    places = entries(left, target, ROOMY)
    assert places[2] == leaning(left[2], target, ROOMY)
    assert [after - before for before, after in itertools.pairwise(places)] == [4.5, 4.5]
    assert entries(left[:1], target, ROOMY) == [0]
    apart = [Rectangle(0, 10, 0, 20), Rectangle(0, 10, 140, 160), Rectangle(0, 10, 280, 300)]
    assert entries(apart, target, ROOMY) == [leaning(one, target, ROOMY) for one in apart]


def test_heads_share_the_room_of_a_circle() -> None:
    target = Rectangle(50, 63, 100, 113)
    sources = [Rectangle(0, 10, low, low + 20) for low in (0, 10, 20, 30)]
    places = entries(sources, target, ROOMY)
    assert places[0] >= -6.5
    assert places[-1] <= 6.5
    assert all(after > before for before, after in itertools.pairwise(places))


def test_flat_curves_from_one_side_bend_one_behind_the_other() -> None:
    """The sources end at unequal places; the nearest bends first, so none crosses another."""
    target = Rectangle(60, 80, -40, 40)
    sources = [Rectangle(0, 25, 100, 160), Rectangle(0, 20, 200, 260), Rectangle(0, 30, 300, 360)]
    places = entries(sources, target, ROOMY)
    curves = [
        connect(source, target, lambda _: True, ROOMY, entry=place, where=bend)[0]
        for source, place, bend in zip(sources, places, bends(sources, target, ROOMY, places))
    ]
    for near, far in itertools.pairwise(curves):
        assert near.end.along == far.end.along == target.start
        level = [
            min(one.sample(64), key=lambda point: abs(point.across - 80)).along
            for one in (near, far)
        ]
        assert level[1] >= level[0] + 3


def test_curves_that_are_alone_on_their_side_or_steep_bend_as_they_like() -> None:
    target = Rectangle(60, 80, -40, 40)
    near, far = Rectangle(0, 20, -30, 10), Rectangle(0, 20, 200, 260)
    other = Rectangle(0, 20, -260, -200)
    above = Rectangle(-90, -60, 300, 360)
    assert bends([near, far, other], target, ROOMY, [0.0, 5.0, 9.0]) == [None, None, None]
    from_other_rows = bends([far, above], target, ROOMY, [0.0, 5.0])
    assert from_other_rows == [None, None]
    without_room = bends([far, near], Rectangle(20, 40, -40, 40), ROOMY, [0.0, 5.0])
    assert without_room == [None, None]
