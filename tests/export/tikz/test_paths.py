"""Paths whose steps are relative."""

from __future__ import annotations

from visualize.core.geometry import Point
from visualize.core.route import Route
from visualize.export.tikz.paths import Corner, corners, drawn_path


def route(*places: tuple[float, float], radius: float = 5) -> list[tuple[float, float]]:
    return [
        tuple(point) for point in Route.rounded([Point(*one) for one in places], radius).curves()
    ]


def test_rounded_corners_are_found_again() -> None:
    bend = route((0, 0), (30, 0), (30, 40), (0, 40))
    assert corners(bend) == [
        Corner((0, 0)), Corner((30, 0), 5), Corner((30, 40), 5), Corner((0, 40))
    ]  # fmt: skip


def test_the_last_corner_is_where_two_lines_meet() -> None:
    bend = route((0, 0), (30, 0), (30, 40), (0, 40))
    assert drawn_path(bend, "(a.east)", "(b.east)") == (
        "(a.east) [rounded corners=5bp] -- ++(30,0) |- (b.east)"
    )
    assert drawn_path(route((0, 0), (9, 0), (9, 40)), "(a)", "(b)") == (
        "(a) [rounded corners=5bp] -| (b)"
    )


def test_a_straight_line_runs_from_end_to_end() -> None:
    assert drawn_path(route((0, 0), (0, 30)), "(a.south)", "(b.north)") == "(a.south) -- (b.north)"


def test_a_curve_has_controls_relative_to_its_ends() -> None:
    smooth = [tuple(point) for point in Route.smooth(Point(0, 0), Point(20, 10)).curves()]
    assert corners(smooth) is None
    assert drawn_path(smooth, "(a)", "(b)") == "(a) .. controls +(10,0) and +(-10,0) .. (b)"


def test_a_corner_of_another_radius_changes_the_radius() -> None:
    one, two = route((0, 0), (30, 0), (30, 40)), route((30, 40), (30, 80), (0, 80), radius=9)
    assert drawn_path([*one, *two[1:]], "(a)", "(b)") == (
        "(a) [rounded corners=5bp] -- ++(30,0) [rounded corners=9bp] |- (b)"
    )
