"""Tangles are placed in layers, with lines that run straight."""

from __future__ import annotations

import itertools

import networkx as nx
import pytest

from visualize.layout.layered import place_layered


def test_layered_places_every_layer_further_along() -> None:
    graph = nx.DiGraph([("a", "c"), ("b", "c"), ("a", "d"), ("b", "d")])
    centers = place_layered(graph, dict.fromkeys("abcd", (10, 40)), 20, 10)
    assert centers["a"].along == centers["b"].along < centers["c"].along == centers["d"].along
    assert abs(centers["a"].across - centers["b"].across) == 50


def test_a_line_runs_straight_through_a_tangle() -> None:
    # One chain from a to z, and links that pass its rows on both sides.
    chain = list(itertools.pairwise("abcdz"))
    graph = nx.DiGraph([*chain, ("s", "c"), ("a", "t"), ("s", "u"), ("t", "z"), ("u", "z")])
    centers = place_layered(graph, dict.fromkeys(graph, (10, 40)), 20, 10)
    assert len({round(centers[node].across, 6) for node in "abcdz"}) == 1
    rows: dict[float, list[float]] = {}
    for node in graph:
        rows.setdefault(centers[node].along, []).append(centers[node].across)
    for row in rows.values():
        assert all(after - before >= 50 for before, after in itertools.pairwise(sorted(row)))


def test_a_link_that_passes_a_row_has_a_lane() -> None:
    # Without one, b would stand where the link from a to c runs.
    graph = nx.DiGraph([("a", "c"), ("a", "b"), ("b", "c"), ("s", "b"), ("s", "c")])
    centers = place_layered(graph, dict.fromkeys(graph, (10, 40)), 20, 10)
    assert centers["a"].across == pytest.approx(centers["c"].across)
    assert abs(centers["b"].across - centers["a"].across) >= 25
    knotted = place_layered(graph, dict.fromkeys(graph, (10, 40)), 20, 10, lanes=False)
    assert knotted["a"].across != pytest.approx(knotted["c"].across)


def test_what_is_late_comes_right_before_what_reads_it() -> None:
    graph = nx.DiGraph(
        [*itertools.pairwise("abcd"), ("s", "t"), ("t", "d"), ("a", "d"), ("b", "d")]
    )
    sizes = dict.fromkeys(graph, (10, 40))
    centers = place_layered(graph, sizes, 20, 10, late=set("st"))
    assert centers["t"].along == centers["c"].along
    assert centers["s"].along == centers["b"].along
    early = place_layered(graph, sizes, 20, 10)
    assert early["s"].along == early["a"].along


def test_broad_curves_that_cross_are_steep() -> None:
    crossing = nx.DiGraph([("a", "c"), ("b", "d"), ("a", "d"), ("b", "c")])
    straight = nx.DiGraph([("a", "c"), ("b", "d")])

    def gap(graph: nx.DiGraph, breadth: float, *, lanes: bool = True) -> float:
        sizes = dict.fromkeys("abcd", (10, breadth))
        centers = place_layered(graph, sizes, 11, 10, lanes=lanes)
        return centers["c"].along - centers["a"].along - 10

    assert gap(straight, 100) == gap(crossing, 20) == gap(crossing, 100, lanes=False) == 11
    assert 11 < gap(crossing, 60) < gap(crossing, 90) < gap(crossing, 200) == gap(crossing, 300)
