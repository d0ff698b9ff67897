"""Side inputs run clear of boxes, and enter frames from beside."""

from __future__ import annotations

import itertools

import pytest

from tests.layouts import THEME, hits, scene
from visualize.core.choices import Direction
from visualize.layout import lay_out


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
