"""How deep a network is: the weighted layers on its longest path, and where the others are."""

from __future__ import annotations

from collections.abc import Mapping

import networkx as nx

from visualize.core.architecture import Architecture, SkipKind
from visualize.core.summary import Depth
from visualize.describe.weighted import WeightedLayers


def depths_of(flow: nx.DiGraph[str], lengths: Mapping[str, int]) -> dict[str, int]:
    """For each operation the most weighted layers on a path that ends with it, its own included.

    >>> depths_of(nx.DiGraph([("x", "conv1"), ("conv1", "+"), ("x", "+")]), {"conv1": 1})
    {'x': 0, 'conv1': 1, '+': 1}

    Args:
        flow: how data flows, see `visualize.describe.flow`.
        lengths: the number of layers that each operation is, without those that are none.
    """
    depths: dict[str, int] = {}
    for node in nx.topological_sort(flow):
        before = max((depths[source] for source in flow.pred[node]), default=0)
        depths[node] = before + lengths.get(node, 0)
    return depths


def find_depth(
    exact: Architecture, layers: WeightedLayers, flow: nx.DiGraph[str], depths: Mapping[str, int]
) -> Depth:
    """The weighted layers on the longest path, and each of the others where it is.

    What is on the path is counted there and nowhere else; what one matrix could compute is one
    layer, and is on the path if any part of it is.
    """
    branches = {kind: set[str]() for kind in SkipKind}
    for skip in exact.unrolled_skips:
        is_gate = skip.kind is SkipKind.GATE
        branches[skip.kind].update(skip.bypassed if is_gate else skip.branch)
    places = (_longest_path(flow, depths), branches[SkipKind.PROJECTION], branches[SkipKind.GATE])
    counts = [0] * (len(places) + 1)
    parts: dict[str, list[str]] = {}
    for node in layers.lengths:
        parts.setdefault(layers.first.get(node, node), []).append(node)
        counts[-1] += layers.beside.get(node, 0)
    for layer, nodes in parts.items():
        found = (at for at, place in enumerate(places) if not place.isdisjoint(nodes))
        counts[next(found, -1)] += layers.lengths[layer]
    return Depth(*counts)


def _longest_path(flow: nx.DiGraph[str], depths: Mapping[str, int]) -> set[str]:
    """The operations of a path with the most weighted layers, of the first one if several have."""
    ends = [node for node in depths if not flow.out_degree(node)]
    path: set[str] = set()
    while ends:
        deepest = max(ends, key=depths.__getitem__)
        path.add(deepest)
        ends = list(flow.pred[deepest])
    return path
