"""Paths through a network, by the number of weighted layers that they pass.

A residual network is an ensemble of paths of many lengths, most of them much shorter than the
network is deep: Veit, Wilber and Belongie, "Residual Networks Behave Like Ensembles of Relatively
Shallow Networks", 2016.
"""

from __future__ import annotations

from collections.abc import Mapping

import networkx as nx


def count_paths(graph: nx.DiGraph, lengths: Mapping[str, int]) -> dict[int, int]:
    """The number of paths from a source of ``graph`` to a sink, by length.

    The length of a path is the sum of the ``lengths`` of its nodes. One pass in topological order:
    the paths that end in a node are those that end in the nodes before it, longer by its own
    length. Parallel edges are different paths.

    >>> block = nx.DiGraph([("x", "conv1"), ("conv1", "conv2"), ("conv2", "+"), ("x", "+")])
    >>> count_paths(block, {"conv1": 1, "conv2": 1})
    {0: 1, 2: 1}
    """
    ending: dict[str, list[int]] = {}
    through: dict[int, int] = {}
    waiting = {node: graph.out_degree(node) for node in graph}
    for node in nx.topological_sort(graph):
        before = [source for source, _ in graph.in_edges(node)]
        longest = max((len(ending[source]) for source in before), default=1)
        counts = [0] * longest
        for source in before:
            for length, number in enumerate(ending[source]):
                counts[length] += number
        if not before:
            counts = [1]
        ending[node] = [0] * lengths.get(node, 0) + counts
        if not graph.out_degree(node):
            for length, number in enumerate(ending[node]):
                through[length] = through.get(length, 0) + number
        for source in before:
            waiting[source] -= 1
            if not waiting[source]:  # the last that reads it: large models have many paths
                del ending[source]
    return {length: number for length, number in through.items() if number}
