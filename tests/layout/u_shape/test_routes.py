"""The lines of a U."""

from __future__ import annotations

import itertools

from tests.layout.u_shape.test_find import concats
from tests.layouts import THEME, hits, scene
from visualize.core.choices import Direction
from visualize.core.layout import Layout
from visualize.layout import lay_out

ARCS = [("a", "f"), ("b", "f"), ("b", "e"), ("c", "e")]


def drawn(arcs: list[tuple[str, str]], more: list[tuple[str, str]]) -> Layout:
    figure = concats(scene([*itertools.pairwise("abcdef"), *more], arcs), ARCS)
    return lay_out(figure, THEME, Direction.TB)


def test_a_skip_to_another_row_steps_between_the_sides() -> None:
    layout = drawn(ARCS, [])
    routes = {
        (one.arrow.source, one.arrow.target): one.route for one in layout.arrows if one.arrow.arc
    }
    assert [len(routes[ends].corners()) for ends in ARCS] == [4, 2, 4, 2]
    # All leave and arrive at points of their own.
    assert len({route.start for route in routes.values()}) == len(ARCS)
    assert len({route.end for route in routes.values()}) == len(ARCS)


def test_what_leads_the_same_way_is_side_by_side() -> None:
    layout = drawn(ARCS, [("b", "f")])
    rows = [
        one.route for one in layout.arrows if (one.arrow.source, one.arrow.target) == ("b", "f")
    ]
    assert len({route.start.along for route in rows}) == 2
    assert all(route.start.along == route.end.along for route in rows)


def test_lines_of_two_feeds_are_apart() -> None:
    layout = drawn(ARCS, [(feed, one) for feed in "st" for one in "bcef"])
    assert len({trunk.end.across for trunk in layout.trunks}) == 4
    assert hits(layout) == []
    fed = [layout.whole(one) for one in layout.arrows if one.arrow.source in "st"]
    assert len({route.end for route in fed}) == len(fed)
