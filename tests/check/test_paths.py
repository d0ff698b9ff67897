"""Paths as segments."""

from __future__ import annotations

from visualize.check.paths import Step, segments


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
