"""A layered layout for tangles: what has neither a spine nor separate branches."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import networkx as nx

from visualize.render.layout.geometry import Point

_SWEEPS = 4


def place_layered(
    graph: nx.DiGraph,
    sizes: Mapping[str, tuple[float, float]],
    layer_gap: float,
    node_gap: float,
) -> dict[str, Point]:
    """Place a directed acyclic graph in layers, by the longest path to each node.

    Within a layer nodes are ordered by the mean place of their neighbours, in a few sweeps back
    and forth: the barycentre method of Sugiyama, Tagawa and Toda (1981). ``sizes`` gives length
    and breadth; the result is relative to the middle of where the graph begins.
    """
    layers = [sorted(layer, key=list(graph).index) for layer in nx.topological_generations(graph)]
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        order = layers if forward else layers[::-1]
        neighbours = graph.predecessors if forward else graph.successors
        for fixed, layer in itertools.pairwise(order):
            place = {node: index - len(fixed) / 2 for index, node in enumerate(fixed)}
            means = {}
            for index, node in enumerate(layer):
                near = [place[other] for other in neighbours(node) if other in place]
                means[node] = sum(near) / len(near) if near else index - len(layer) / 2
            layer.sort(key=means.__getitem__)
    return _coordinates(layers, sizes, layer_gap, node_gap)


def _coordinates(
    layers: list[list[str]],
    sizes: Mapping[str, tuple[float, float]],
    layer_gap: float,
    node_gap: float,
) -> dict[str, Point]:
    centers: dict[str, Point] = {}
    along = 0.0
    for layer in layers:
        length = max(sizes[node][0] for node in layer)
        across = -(sum(sizes[node][1] for node in layer) + node_gap * (len(layer) - 1)) / 2
        for node in layer:
            breadth = sizes[node][1]
            centers[node] = Point(along + length / 2, across + breadth / 2)
            across += breadth + node_gap
        along += length + layer_gap
    return centers
