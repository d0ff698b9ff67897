"""Spans: the first and last position that each value sees."""

from __future__ import annotations

import math

from visualize.describe.receptive.spans import Span, every, hull, united


def test_everything_and_identity() -> None:
    assert Span.everything(2).is_whole
    identity = Span.identity(2, 1)
    assert not identity.is_whole
    assert identity.ignores(0)
    assert not identity.ignores(1)


def test_every_second_position() -> None:
    rows, valid = every(4, 1, 2).rows(4)
    assert rows.tolist() == [[1], [3], [5], [7]]
    assert valid.all()


def test_the_hull_holds_all() -> None:
    whole = hull([Span.identity(1, 0), Span.everything(1)], [8])
    assert (whole.first == -math.inf).all()
    assert (whole.last == math.inf).all()
    assert united([Span.identity(1, 0), Span.identity(1, 0)], [8]) == (
        *united([Span.identity(1, 0)], [8]),
    )
