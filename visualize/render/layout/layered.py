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
    return _coordinates(graph, layers, sizes, layer_gap, node_gap)


def _coordinates(
    graph: nx.DiGraph,
    layers: list[list[str]],
    sizes: Mapping[str, tuple[float, float]],
    layer_gap: float,
    node_gap: float,
) -> dict[str, Point]:
    across = {node: 0.0 for layer in layers for node in layer}
    for layer in layers:
        _spread(layer, across, sizes, node_gap)
    for sweep in range(2 * _SWEEPS):
        forward = sweep % 2 == 0
        neighbours = graph.predecessors if forward else graph.successors
        for layer in layers if forward else layers[::-1]:
            for node in layer:
                near = [across[other] for other in neighbours(node)]
                across[node] = sum(near) / len(near) if near else across[node]
            _spread(layer, across, sizes, node_gap)
    middle = (min(across.values()) + max(across.values())) / 2
    centers: dict[str, Point] = {}
    along = 0.0
    for layer in layers:
        length = max(sizes[node][0] for node in layer)
        for node in layer:
            centers[node] = Point(along + length / 2, across[node] - middle)
        along += length + layer_gap
    return centers


def _spread(
    layer: list[str],
    across: dict[str, float],
    sizes: Mapping[str, tuple[float, float]],
    node_gap: float,
) -> None:
    """Move the nodes of a layer apart, as little as possible, so that none overlap.

    With the room between neighbours taken off, the places must not fall: that is isotonic
    regression, solved by pooling adjacent violators (Ayer et al. 1955).
    """
    offsets = [0.0]
    for before, after in itertools.pairwise(layer):
        offsets.append(offsets[-1] + (sizes[before][1] + sizes[after][1]) / 2 + node_gap)
    pools: list[tuple[float, int]] = []
    for node, offset in zip(layer, offsets):
        mean, count = across[node] - offset, 1
        while pools and pools[-1][0] > mean:
            other, size = pools.pop()
            mean, count = (mean * count + other * size) / (count + size), count + size
        pools.append((mean, count))
    places = [mean for mean, count in pools for _ in range(count)]
    for node, offset, place in zip(layer, offsets, places):
        across[node] = place + offset
