"""Links are drawn with their labels beside them."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from tests.layouts import figure_sizes, scene
from visualize.core.geometry import Point
from visualize.core.route import Route
from visualize.layout.order import decompose
from visualize.layout.place import Placer
from visualize.layout.routes.draw import LinkDrawer


def drawer(edges: list[tuple[str, str]]) -> LinkDrawer:
    drawn = scene(edges)
    arrows = tuple(replace(arrow, label="8×8") for arrow in drawn.arrows)
    placer = Placer(figure_sizes(replace(drawn, arrows=arrows)))
    return LinkDrawer(placer.sizes, placer.place(decompose(placer.flow)))


def test_the_label_of_a_straight_arrow_is_beside_its_middle() -> None:
    first, second = drawer(list(itertools.pairwise("abc"))).draw_all({})
    for leg in (first, second):
        assert leg.label
        assert leg.label.center.across > 0
        assert leg.route.start.along < leg.label.center.along < leg.route.end.along
        assert len(leg.route.vertices) == 4  # an S curve that happens to be straight


def test_the_last_of_several_branches_has_the_label() -> None:
    legs = drawer([("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]).draw_all({})
    from_a = [leg for leg in legs if leg.link.arrow.source == "a"]
    assert [leg.label is not None for leg in from_a] == [False, True]


def test_a_given_route_is_kept() -> None:
    given = Route.straight(Point(0, 0), Point(50, 0))
    first, second = drawer(list(itertools.pairwise("abc"))).draw_all({1: given})
    assert second.route == given
    assert second.label
    assert second.label.center.along == pytest.approx(3, abs=25)
    assert first.route != given
