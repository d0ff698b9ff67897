"""Rows are resolutions, and columns go down and up through them."""

from __future__ import annotations

import itertools

from tests.layouts import figure_sizes, scene
from tests.pyramids import named, places, pyramid, triangle, zigzag
from visualize.core.scene import Scene
from visualize.layout.rows.find import Home, Rows, find_rows


def found(drawn: Scene) -> Rows:
    rows = find_rows(figure_sizes(drawn))
    assert rows
    return rows


def test_dense_skips_are_a_triangle() -> None:
    rows = found(triangle())
    assert places(rows) == {
        "a": (0, 0), "b": (0, 1), "c": (0, 2), "d": (1, 1), "e": (1, 0), "+": (2, 0), "f": (2, 0),
    }  # fmt: skip


def test_a_merge_is_beside_what_reads_it() -> None:
    (slot,) = found(triangle()).cells[Home(2, 0)]
    assert slot.merge
    assert (named(slot.merge), named(slot.unit)) == ("+", "f")


def test_a_detector_goes_down_and_up_and_down_again() -> None:
    rows = found(zigzag())
    assert places(rows) == {
        "a": (0, 0), "b": (0, 1), "c": (0, 2), "d": (1, 1), "e": (1, 0), "f": (2, 1), "g": (2, 2),
        "h": (2, 3),
    }  # fmt: skip
    assert [rows.is_upward(column) for column in range(3)] == [False, True, False]
    up = [named(slot.unit) for slot in rows.column(1)]
    assert up == ["e", "d"]


def test_what_brings_a_result_to_its_row_is_above_what_joins_it() -> None:
    edges = [("a", "b"), ("b", "c"), ("c", "up"), ("up", "d"), ("b", "d"), ("d", "e"), ("a", "e"),
             ("e", "f"), ("d", "f")]  # fmt: skip
    rows = found(pyramid(edges, [["a", "e"], ["b", "up", "d", "f"], ["c"]]))
    assert [named(slot.unit) for slot in rows.cells[Home(1, 1)]] == ["up", "d"]


def test_a_chain_and_a_u_have_no_rows() -> None:
    chain = list(itertools.pairwise("abcd"))
    assert find_rows(figure_sizes(pyramid(chain, ["a", "b", "c", "d"]))) is None
    u = [*itertools.pairwise("abcde"), ("a", "e"), ("b", "d")]
    assert find_rows(figure_sizes(pyramid(u, ["ae", "bd", "c"]))) is None


def test_without_resolutions_there_are_no_rows() -> None:
    edges = [(arrow.source, arrow.target) for arrow in triangle().arrows]
    assert find_rows(figure_sizes(scene(edges))) is None


def test_what_feeds_the_rows_must_have_a_resolution() -> None:
    drawn = triangle()
    edges = [(arrow.source, arrow.target) for arrow in drawn.arrows]
    # An embedding of the time step.
    assert find_rows(figure_sizes(pyramid([*edges, ("t", "d")], ["ae+f", "bd", "c"]))) is None


def test_a_gate_from_what_is_pooled_is_no_row() -> None:
    edges = [("a", "b"), ("b", "d"), ("a", "p"), ("p", "m"), ("a", "m"), ("d", "e"), ("m", "e")]
    rows = ["ame", "bd", "", "", "", ""]
    assert find_rows(figure_sizes(pyramid(edges, [*rows, "p"]))) is None  # p is 1×1
    found(pyramid(edges, [*rows[:3], "p"]))
