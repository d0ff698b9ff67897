"""A layered layout for tangles: what has neither a spine nor separate branches.

    a     b          layer 1
    │╲   ╱│╲
    │ ╲ ╱ │ ╲
    │  ╳  │  │
    │ ╱ ╲ │  │
    c     d  ◦       layer 2
          │  │
          e──╯       layer 3

The link from b to e passes layer 2, where it has a bend beside the nodes.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import networkx as nx

from visualize.core.geometry import Point
from visualize.layout.units import Unit

_SWEEPS = 4
# How steep curves that cross are at least, as a part of their breadth, up to a gap in points.
_STEEP = 0.24
_FARTHEST = 26.0


class Bend(NamedTuple):
    """The point at which a link from ``source`` passes ``layer``, on its way to a later one."""

    source: Unit
    layer: int


Node = Unit | Bend
Lines = Mapping[Node, tuple[Node, ...]]


def place_layered(
    graph: nx.DiGraph,
    sizes: Mapping[Unit, tuple[float, float]],
    layer_gap: float,
    node_gap: float,
    *,
    lanes: bool = True,
    late: Collection[Unit] = frozenset(),
) -> dict[Unit, Point]:
    """Place a directed acyclic graph in layers, by the longest path to each node.

    Those that are ``late`` come right before the first that reads them instead.

    Within a layer nodes are ordered by the mean place of their neighbours, in a few sweeps back
    and forth: the barycentre method of Sugiyama, Tagawa and Toda (1981). Each node is then put in
    line with the first of those that it reads, where that line crosses no other: the alignment of
    Brandes and Köpf (2001). ``sizes`` gives length and breadth; the result is relative to the
    middle of where the graph begins. Without ``lanes`` nothing is kept free for links that pass
    a layer, and no node is put in line with another: that needs less room.
    """
    places = {node: number for number, node in enumerate(graph)}
    layers = [sorted(layer, key=places.__getitem__) for layer in _layers(graph, late)]
    ordered: list[list[Node]] = [list(layer) for layer in layers]
    flow = graph
    if lanes:
        ordered, flow = _with_bends(graph, layers)
    _order(ordered, flow)
    lines = _lines(ordered, flow) if lanes else {node: (node,) for node in graph}
    breadths = {node: 0.0 if isinstance(node, Bend) else sizes[node][1] for node in flow}
    across = _coordinates(ordered, flow, lines, breadths, node_gap)
    middle = (
        min(across[node] - breadths[node] / 2 for node in graph)
        + max(across[node] + breadths[node] / 2 for node in graph)
    ) / 2
    centers: dict[Unit, Point] = {}
    along = 0.0
    for number, layer in enumerate(layers):
        length = max(sizes[node][0] for node in layer)
        for node in layer:
            centers[node] = Point(along + length / 2, across[node] - middle)
        links = [(across[one], across[node]) for one in ordered[number] for node in flow[one]]
        along += length + max(layer_gap, _gap_of_crossing(links) if lanes else 0.0)
    return centers


def _gap_of_crossing(links: Sequence[tuple[float, float]]) -> float:
    """The gap between two layers at which the curves that cross there do not look like one.

    A link has the places across of its ends.
    """
    broad = [
        min(abs(one[1] - one[0]), abs(other[1] - other[0]))
        for one, other in itertools.combinations(links, 2)
        if (one[0] - other[0]) * (one[1] - other[1]) < 0
    ]
    return min(max(broad, default=0.0) * _STEEP, _FARTHEST)


def _layers(graph: nx.DiGraph, late: Collection[Unit]) -> list[list[Unit]]:
    """The nodes by the longest path to each, or, if they are ``late``, from what reads them."""
    generations = [list(layer) for layer in nx.topological_generations(graph)]
    depth = {node: number for number, layer in enumerate(generations) for node in layer}
    for layer in reversed(generations):
        for node in layer:
            if node in late:
                readers = [depth[reader] for reader in graph.successors(node)]
                depth[node] = min(readers, default=depth[node] + 1) - 1
    layers: dict[int, list[Unit]] = {number: [] for number in range(len(generations))}
    for node, number in depth.items():
        layers[number].append(node)
    return [layer for layer in layers.values() if layer]


def _with_bends(
    graph: nx.DiGraph, layers: Sequence[Sequence[Unit]]
) -> tuple[list[list[Node]], nx.DiGraph]:
    """The layers and links of ``graph``, with a bend in each layer that a link passes."""
    depth = {node: number for number, layer in enumerate(layers) for node in layer}
    ordered: list[list[Node]] = [list(layer) for layer in layers]
    flow = nx.DiGraph()
    flow.add_nodes_from(graph)
    for target in graph:
        for source in graph.predecessors(target):
            passed = range(depth[source] + 1, depth[target])
            bends = [Bend(source, number) for number in passed]
            for bend in bends:
                if bend not in flow:
                    ordered[bend.layer].append(bend)
            nx.add_path(flow, [source, *bends, target])
    return ordered, flow


def _order(layers: list[list[Node]], flow: nx.DiGraph) -> None:
    """Sort each layer by the mean place of what its nodes are linked with."""
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        neighbours = flow.predecessors if forward else flow.successors
        for fixed, layer in itertools.pairwise(layers if forward else layers[::-1]):
            place = {node: index - len(fixed) / 2 for index, node in enumerate(fixed)}
            means = {}
            for index, node in enumerate(layer):
                near = [place[other] for other in neighbours(node) if other in place]
                means[node] = sum(near) / len(near) if near else index - len(layer) / 2
            layer.sort(key=means.__getitem__)


def _lines(layers: Sequence[Sequence[Node]], flow: nx.DiGraph) -> Lines:
    """For each node all those in one line with it.

    A line goes on to a node from the first that it reads. Lines of bends come before others, of
    several nodes the one that reads a result first, and no line crosses one that was there before.
    """
    place = {node: index for layer in layers for index, node in enumerate(layer)}
    lines: dict[Node, tuple[Node, ...]] = {node: (node,) for node in flow}
    for layer in layers[1:]:
        links = [(next(flow.predecessors(node)), node) for node in layer if flow.in_degree(node)]
        links.sort(
            key=lambda link: (
                sum(not isinstance(end, Bend) for end in link),
                list(flow.successors(link[0])).index(link[1]),
            )
        )
        taken: list[tuple[int, int]] = []
        for source, node in links:
            ends = place[source], place[node]
            if all((ends[0] - a) * (ends[1] - b) > 0 for a, b in taken):
                taken.append(ends)
                joined = lines[source] + lines[node]
                lines.update(dict.fromkeys(joined, joined))
    return lines


def _coordinates(
    layers: Sequence[Sequence[Node]],
    flow: nx.DiGraph,
    lines: Lines,
    breadths: Mapping[Node, float],
    node_gap: float,
) -> dict[Node, float]:
    """Places across, the same for all nodes of a line.

    Lines begin half way between the lesser and the greater of all places at which nothing
    overlaps, and are then moved to the mean of what they are linked with, as far as there is room.
    """
    left: dict[Node, list[tuple[Node, float]]] = {line[0]: [] for line in lines.values()}
    right: dict[Node, list[tuple[Node, float]]] = {line[0]: [] for line in lines.values()}
    for one, other in itertools.chain.from_iterable(map(itertools.pairwise, layers)):
        passing = isinstance(one, Bend) or isinstance(other, Bend)
        room = (breadths[one] + breadths[other]) / 2 + node_gap / (2 if passing else 1)
        left[lines[other][0]].append((lines[one][0], room))
        right[lines[one][0]].append((lines[other][0], room))
    order = list(_from_left(left))
    least, most = dict.fromkeys(order, 0.0), dict.fromkeys(order, 0.0)
    for line in order:
        least[line] = max((least[one] + room for one, room in left[line]), default=0.0)
    greatest = max(least.values())
    for line in reversed(order):
        most[line] = min((most[other] - room for other, room in right[line]), default=greatest)
    at = {line: (least[line] + most[line]) / 2 for line in order}
    for sweep in range(4 * _SWEEPS):
        for line in order if sweep % 2 else order[::-1]:
            linked = [
                lines[other][0]
                for node in lines[line]
                for other in (*flow.predecessors(node), *flow.successors(node))
                if lines[other][0] != line
            ]
            wanted = sum(at[other] for other in linked) / len(linked) if linked else at[line]
            low = max((at[one] + room for one, room in left[line]), default=wanted)
            high = min((at[other] - room for other, room in right[line]), default=wanted)
            at[line] = max(low, min(high, wanted))
    return {node: at[line[0]] for node, line in lines.items()}


def _from_left(left: Mapping[Node, Sequence[tuple[Node, float]]]) -> Iterator[Node]:
    """The lines, each behind all to the left of it."""
    beside = nx.DiGraph()
    beside.add_nodes_from(left)
    beside.add_edges_from((one, line) for line, others in left.items() for one, _ in others)
    yield from nx.topological_sort(beside)
