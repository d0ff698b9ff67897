"""Side inputs run clear of boxes, and enter frames from beside."""

from __future__ import annotations

import itertools

import pytest

from tests.layouts import THEME, hits, scene
from visualize.core.choices import Direction
from visualize.core.geometry import Point, Rectangle
from visualize.layout import lay_out
from visualize.layout.densities import ROOMY
from visualize.layout.routes.side_inputs import _Router


@pytest.mark.parametrize("direction", Direction)
def test_a_side_input_runs_around_what_is_between(direction: Direction) -> None:
    edges = [*itertools.pairwise("abcd"), ("m", "n"), ("n", "c")]
    drawn = scene(edges, frames=dict.fromkeys("bcd", "f"))
    layout = lay_out(drawn, THEME, direction)
    (aside,) = (placed for placed in layout.arrows if placed.arrow.source == "n")
    assert aside.via == ()
    assert hits(layout) == []
    corners = aside.route.corners()
    # Along and across the flow alone.
    assert all(
        one.along == pytest.approx(other.along) or one.across == pytest.approx(other.across)
        for one, other in itertools.pairwise(corners)
    )
    target = next(placed for placed in layout.boxes if placed.box.id == "c")
    assert target.rectangle.grown(0.1).holds(aside.route.end)


@pytest.mark.parametrize("border", [60.0, 200.0])
def test_a_way_along_a_border_costs_more_than_one_beside_it(border: float) -> None:
    router = _Router([], [Rectangle(60, 200, 100, 300)], ROOMY.side_input)
    outside = -1 if border == 60 else 1

    def cost(away: float, start: float = 120) -> float:
        along = border + outside * away
        return router._crossing(Point(along, start), Point(along, start + 100))

    assert cost(1.0) > cost(ROOMY.side_input.clear) == 0
    assert cost(1.0, start=400) == 0  # beyond its corner
