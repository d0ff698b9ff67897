"""Paths as segments."""

from __future__ import annotations

import pytest

from visualize.check.paths import Step, corner_radius, segments
from visualize.core.page import Area, polyline
from visualize.export.curves import rounded


def test_each_segment_begins_where_the_one_before_ended() -> None:
    curve = [(2.0, 0.0), (4.0, 2.0), (4.0, 4.0)]
    path = [(Step.MOVE, [(0.0, 0.0)]), (Step.CURVE, curve), (Step.LINE, [(0.0, 4.0)])]
    assert list(segments([*path, (Step.CLOSE, [])])) == [
        ((0.0, 0.0), *curve),
        ((4.0, 4.0), (0.0, 4.0)),
        ((0.0, 4.0), (0.0, 0.0)),
    ]


def test_a_path_may_have_several_parts() -> None:
    part = [(Step.MOVE, [(5.0, 5.0)]), (Step.LINE, [(6.0, 5.0)]), (Step.CLOSE, [])]
    assert list(segments(part * 2)) == list(segments(part)) * 2


def test_a_move_draws_nothing() -> None:
    assert list(segments([(Step.MOVE, [(5.0, 5.0)])])) == []


@pytest.mark.parametrize("radius", [0.0, 3.0, 12.0])
def test_the_radius_of_a_rounded_rectangle(radius: float) -> None:
    outline = rounded(Area(5, 5, 65, 45), radius)
    curves = (tuple(outline[at : at + 4]) for at in range(0, len(outline) - 1, 3))
    assert corner_radius(polyline(curves)) == pytest.approx(radius)
