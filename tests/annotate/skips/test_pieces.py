"""Parts of tensors and whether they overlap."""

from __future__ import annotations

import pytest

from tests.graphs import Net
from visualize.annotate.skips.flow import Flow
from visualize.annotate.skips.pieces import WHOLE, Piece, piece_of

EVERY = "slice(None, None, None)"


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        (WHOLE, Piece(1), True),
        (Piece(0), Piece(1), False),
        (Piece(1), Piece(1), True),
        (Piece(ranges=(range(0, 4),)), Piece(ranges=(range(4, 8),)), False),
        (Piece(ranges=(range(0, 5),)), Piece(ranges=(range(4, 8),)), True),
        (Piece(ranges=(range(0, 8, 2),)), Piece(ranges=(range(1, 8, 2),)), False),
        (Piece(ranges=(range(0, 8, 2),)), Piece(ranges=(range(2, 8, 2),)), True),
        (Piece(ranges=(range(3), range(4))), Piece(ranges=(range(3), range(4, 8))), False),
        (Piece(ranges=(range(3),)), Piece(ranges=(range(3), range(4, 8))), True),
        (Piece(ranges=(range(0),)), Piece(ranges=(range(8),)), False),
    ],
)
def test_overlap(one: Piece, two: Piece, expected: bool) -> None:
    assert one.overlaps(two) == two.overlaps(one) == expected


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (2, (range(2, 3),)),
        (-1, (range(3, 4),)),
        ([EVERY, "slice(2, None, None)"], (range(4), range(2, 6))),
        (["...", 5], (range(4), range(6), range(5, 6))),
        (["None", EVERY, "slice(None, -2, 2)"], (range(4), range(0, 4, 2))),
        (None, ()),
    ],
)
def test_piece_of_an_index(net: Net, index: object, expected: tuple[range, ...]) -> None:
    x = net.input(4, 6, 8)
    piece = net.function("getitem", x, shape=(1,), b=index)
    assert piece_of(Flow(net.graph), piece, x) == Piece(ranges=expected)


def test_piece_of_narrow_and_select(net: Net) -> None:
    x = net.input(4, 6, 8)
    net.function("narrow", x, shape=(4, 2, 8), **{"1": 1, "2": -3, "3": 2})
    net.function("select", x, shape=(4, 6), dim=-1, index=7)
    flow = Flow(net.graph)
    assert piece_of(flow, "narrow", x).ranges == (range(4), range(3, 5))
    assert piece_of(flow, "select", x).ranges == (range(4), range(6), range(7, 8))


def test_other_operations_read_all(net: Net) -> None:
    x = net.input(4, 6, 8)
    net.function("relu", x)
    assert piece_of(Flow(net.graph), "relu", x) == WHOLE
