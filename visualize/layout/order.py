"""Order: the structure of a flow graph, what is in series and what in parallel.

        a
       ╭┴╮
       b c      Series(a, Parallel(b, c), d)
       ╰┬╯
        d

A figure has one spine where the graph has: nodes that every other node comes before or after.
What lies between two of them are branches side by side, each with a spine of its own. Only what
has no such structure is left as a tangle for a layered layout.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from typing import Union

import networkx as nx

from visualize.layout.units import Unit

Part = Union[Unit, "Series", "Parallel", "Tangle"]


@dataclass(frozen=True, slots=True)
class Series:
    """Parts one after the other along the flow."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Parallel:
    """Parts side by side, in the order of the graph's nodes."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Tangle:
    """Connected nodes of which none is comparable with all others."""

    nodes: tuple[Unit, ...]


def units_of(part: Part) -> set[Unit]:
    """All units in ``part``."""
    if isinstance(part, Unit):
        return {part}
    if isinstance(part, Tangle):
        return set(part.nodes)
    return set().union(*map(units_of, part.parts))


def decompose(graph: nx.DiGraph) -> Part:
    """Decompose a directed acyclic graph, whose nodes are in topological order.

    >>> graph = nx.DiGraph([("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")])
    >>> decompose(graph)
    Series(parts=('a', Parallel(parts=('b', 'c')), 'd'))
    """
    return _decompose(graph, list(graph))


def _decompose(graph: nx.DiGraph, nodes: list[Unit]) -> Part:
    if len(nodes) == 1:
        return nodes[0]
    components = list(nx.weakly_connected_components(graph.subgraph(nodes)))
    if len(components) > 1:
        home = {node: number for number, members in enumerate(components) for node in members}
        ordered: dict[int, list[Unit]] = {}
        for node in nodes:
            ordered.setdefault(home[node], []).append(node)
        return Parallel(tuple(_decompose(graph, members) for members in ordered.values()))
    return _series(graph, nodes)


def _series(graph: nx.DiGraph, nodes: list[Unit]) -> Part:
    before = _ancestors(graph, nodes)
    spine = _spine(nodes, before)
    if not spine:
        return Tangle(tuple(nodes))
    on_spine = set(spine)
    index = {node: position for position, node in enumerate(nodes)}
    # A node off the spine lies behind as many nodes of the spine as precede it.
    between: list[list[Unit]] = [[] for _ in range(len(spine) + 1)]
    for node in nodes:
        if node not in on_spine:
            passed = before[node]
            # Those come first on the spine: the first that does not precede the node ends them.
            behind = bisect.bisect_left(
                spine, True, key=lambda other: not passed >> index[other] & 1
            )
            between[behind].append(node)
    parts: list[Part] = []
    for position, members in enumerate(between):
        if members:
            parts.append(_decompose(graph, members))
        if position < len(spine):
            parts.append(spine[position])
    return Series(tuple(parts))


def _ancestors(graph: nx.DiGraph, nodes: list[Unit]) -> dict[Unit, int]:
    """The ancestors of each of ``nodes`` among these, as a set of bits, one for each place."""
    index = {node: position for position, node in enumerate(nodes)}
    before: dict[Unit, int] = {}
    for node in nodes:
        bits = 0
        for source in graph.predecessors(node):
            if source in index:
                bits |= before[source] | 1 << index[source]
        before[node] = bits
    return before


def _spine(nodes: list[Unit], before: dict[Unit, int]) -> list[Unit]:
    """The nodes that are comparable with all others."""
    common_after = (1 << len(nodes)) - 1
    followed = [False] * len(nodes)
    # Going back, what all later nodes have among their ancestors is what they all come after.
    for position in range(len(nodes) - 1, -1, -1):
        followed[position] = common_after >> position & 1 == 1
        common_after &= before[nodes[position]] | 1 << position
    return [
        node
        for position, node in enumerate(nodes)
        if before[node] == (1 << position) - 1 and followed[position]
    ]
