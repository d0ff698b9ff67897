"""The flow of data through a graph, read once: what skip connections are found and judged by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import networkx as nx

from visualize.core.architecture import Operation, Wire
from visualize.core.layers import is_weighted_layer


@dataclass(frozen=True)
class Inflow:
    """A data input of a node."""

    source: str
    wire: Wire


class Flow:
    """What each node reads and works with.

    Attributes:
        operations: the operation of each node.
        order: all nodes in topological order.
        position: the index of each node in that order.
        inflows: the data inputs of each node, by position.
        weights: shapes of the parameters of each node, including those of its constant inputs.
        parameters: number of parameters counted at each node, in the same way.
    """

    def __init__(self, graph: nx.MultiDiGraph) -> None:
        self.operations: dict[str, Operation] = dict(graph.nodes(data="operation"))
        self.order = list(nx.topological_sort(graph))
        self.position = {node: index for index, node in enumerate(self.order)}
        self.inflows: dict[str, list[Inflow]] = {}
        self.weights: dict[str, tuple[tuple[int, ...], ...]] = {}
        self.parameters: dict[str, int] = {
            node: operation.parameters for node, operation in self.operations.items()
        }
        for node in self.order:
            self._read(graph, node)

    def _read(self, graph: nx.MultiDiGraph, node: str) -> None:
        # As an iterator: `sorted` asks a view of edges for its length, which takes as long as the
        # whole graph.
        found = iter(graph.in_edges(node, data="wire"))
        edges = sorted(found, key=lambda edge: edge[2].position)
        self.inflows[node] = [Inflow(source, wire) for source, _, wire in edges if wire.data]
        weights = self.operations[node].weights
        for source, _, wire in edges:
            # Only a tensor holds values: a parameter's dtype or size is not a parameter.
            if wire.tensor and not wire.data and not self.inflows[source]:
                weights += self.weights[source]
                self.parameters[node] += self.parameters[source]
                self.parameters[source] = 0
        self.weights[node] = weights

    def chain(self, node: str) -> Iterator[str]:
        """``node`` and what is before it, as long as each has one data input."""
        yield node
        while len(self.inflows[node]) == 1:
            node = self.inflows[node][0].source
            yield node

    def is_weighted(self, node: str) -> bool:
        """Whether papers count the operation as a layer."""
        return is_weighted_layer(self.operations[node], self.weights[node])

    def depth(self, nodes: Sequence[str]) -> int:
        """The most weighted layers on one path through ``nodes``, which are in order."""
        depths: dict[str, int] = {}
        for node in nodes:
            before = (depths.get(inflow.source, 0) for inflow in self.inflows[node])
            depths[node] = max(before, default=0) + self.is_weighted(node)
        return max(depths.values(), default=0)
