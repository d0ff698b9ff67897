"""Feeds: what many units of a U read, beside the data that flows through it."""

from __future__ import annotations

from collections.abc import Sequence

import networkx as nx

from visualize.layout.levels import Level
from visualize.layout.order import decompose
from visualize.layout.u_shape.shape import Feed
from visualize.layout.units import Unit

# What fewer units read is a part of the flow itself.
_FEWEST = 2


def find_feeds(level: Level, fork: Unit) -> tuple[Feed, ...]:
    """What feeds the U whose outermost skip leaves ``fork``.

    Data enters a U at one place: of all that leads to the fork, at the source without which the
    others feed most units. Parts that nothing from there reaches are feeds if they end in one unit
    that several others read.
    """
    graph = nx.DiGraph()
    graph.add_nodes_from(level.units)
    graph.add_edges_from(link.ends for link in level.links)
    graph.add_edges_from(level.side_inputs)
    leading = nx.ancestors(graph, fork) | {fork}
    sources = [unit for unit in level.units if unit in leading and not graph.in_degree(unit)]
    found = [_feeds(level, graph, source) for source in sources]
    return max(found, key=lambda feeds: sum(len(feed.links) for feed in feeds), default=())


def _feeds(level: Level, graph: nx.DiGraph, entry: Unit) -> tuple[Feed, ...]:
    """What nothing from ``entry`` reaches, if several units read it."""
    reached = nx.descendants(graph, entry) | {entry}
    others = [unit for unit in level.units if unit not in reached]
    home = {
        unit: number
        for number, members in enumerate(nx.weakly_connected_components(graph.subgraph(others)))
        for unit in members
    }
    parts: dict[int, list[Unit]] = {}
    for unit in others:
        parts.setdefault(home[unit], []).append(unit)
    found = (_feed(level, graph, members, reached) for members in parts.values())
    return tuple(feed for feed in found if feed)


def _feed(
    level: Level, graph: nx.DiGraph, members: Sequence[Unit], reached: set[Unit]
) -> Feed | None:
    """A connected part that does not depend on the data, if it is a feed."""
    read = [unit for unit in members if any(other in reached for other in graph.successors(unit))]
    if len(read) != 1 or sum(one in reached for one in graph.successors(read[0])) < _FEWEST:
        return None
    inside = nx.DiGraph()
    inside.add_nodes_from(members)
    inside.add_edges_from(edge for edge in graph.edges(members) if edge[1] in inside)
    links = (
        number
        for number, link in enumerate(level.links)
        if link.source == read[0] and link.target in reached
    )
    return Feed(decompose(inside), read[0], tuple(links))
