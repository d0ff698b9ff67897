"""The number of paths through a network, by length."""

from __future__ import annotations

from collections import Counter

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import visualize
import visualize.report
from visualize.core.summary import Summary
from visualize.describe.paths import count_paths


@pytest.fixture(scope="module")
def resnet18() -> Summary:
    return visualize.summarize("resnet18")


def test_paths_of_residual_blocks_double(resnet18: Summary) -> None:
    paths = resnet18.facts.paths
    assert paths.number == 2**8
    # The stem, the classifier and three projections are passed by all, two layers of each block by
    # those that do not go round it: one for a projection instead.
    assert (paths.shortest, paths.longest) == (5, 18)
    assert paths.quantile(0.0) == 5
    assert paths.quantile(1.0) == 18


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14), st.data())
def test_paths_are_those_that_a_walk_finds(
    edges: list[tuple[int, int]], data: st.DataObject
) -> None:
    graph = nx.MultiDiGraph([(str(min(e)), str(max(e))) for e in edges if e[0] != e[1]])
    lengths = {node: data.draw(st.integers(0, 3)) for node in sorted(graph)}
    found: Counter[int] = Counter()

    def walk(node: str, length: int) -> None:
        length += lengths[node]
        if not graph.out_degree(node):
            found[length] += 1
        for _, target in graph.out_edges(node):
            walk(target, length)

    for node in graph:
        if not graph.in_degree(node):
            walk(node, 0)
    assert count_paths(graph, lengths) == dict(found)
