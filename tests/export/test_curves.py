"""Curves: parallel paths keep their distance, heads end at the tip."""

from __future__ import annotations

import math

import pytest

from visualize.core.geometry import HEAD_LENGTH
from visualize.export.curves import curves, head, is_straight, parallel

# A line to the right, a rounded corner, and a line down.
CORNER = [(0.0, 0.0), (10.0, 0.0), (20.0, 0.0), (30.0, 0.0), (35.5, 0.0), (40.0, 4.5), (40.0, 10.0),
          (40.0, 20.0), (40.0, 30.0), (40.0, 40.0)]  # fmt: skip


def test_a_parallel_path_keeps_its_distance() -> None:
    for side in (-1.0, 1.0):
        moved = parallel(CORNER, side)
        assert len(moved) == len(CORNER)
        assert moved[0] == pytest.approx((0.0, side))
        assert moved[-1] == pytest.approx((40.0 - side, 40.0))
        assert moved[3] == pytest.approx((30.0, side))
        assert moved[6] == pytest.approx((40.0 - side, 10.0))


def test_only_corners_are_curved() -> None:
    assert [is_straight(curve) for curve in curves(CORNER)] == [True, False, True]
    nowhere = [(1.0, 1.0)] * 4
    assert list(curves(nowhere)) == []


def test_the_ink_of_a_head_ends_at_its_tip() -> None:
    left, tip, right = head(CORNER, (40.0, 45.0), 1.0) or pytest.fail("no head")
    assert tip[0] == pytest.approx(40.0)
    assert 43.0 < tip[1] < 45.0
    assert math.dist(left, right) == pytest.approx(0.7 * HEAD_LENGTH)
    assert left[1] == pytest.approx(right[1])
    assert head(CORNER, (40.0, 40.0), 1.0) is None
