"""Maps: what the values of a tensor see, through axes and their factors."""

from __future__ import annotations

from visualize.describe.receptive.maps import Map, Source, combined
from visualize.describe.receptive.spans import Span, every

X = Source("x", 1, 8)


def positions() -> Map:
    """Two channels of eight positions."""
    return Map(((2,), (8,)), {X: (Span.identity(2, 1),)})


def test_shape_and_factors() -> None:
    one = Map(((2,), (4, 2)), {})
    assert one.shape == (2, 8)
    assert list(one.factors(1)) == [1, 2]
    assert list(one.factors(-2)) == [0]


def test_what_moves_along_an_axis() -> None:
    one = positions()
    assert one.moving(1) == {X}
    assert one.moving(0) == set()
    assert one.depends_on(1)
    assert not one.depends_on(0)


def test_reading_every_second_position() -> None:
    read = positions().read(1, every(4, 0, 2))
    assert read.shape == (2, 4)
    assert read.moving(1) == {X}


def test_a_sum_sees_what_its_parts_see() -> None:
    nothing = Map(((2,), (8,)), {})
    assert combined([positions(), nothing], (2, 8)).moving(1) == {X}
