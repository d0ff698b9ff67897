"""Skip connections: a pure function of the annotated graph.

A *merge* combines two or more data tensors: add, concat or multiply. For each of its data
inputs, the *chain* is followed back from the merge, node by node, as long as a node has one data
input. The *fork* is the first node of the chain from which another input of the merge can be
reached by a path off the chain that holds an operation with parameters: the *bypassed* path.
The nodes between fork and merge on the chain are the *skip branch*; what they do decides the
kind. Identity and projection shortcuts are those of He et al., "Deep Residual Learning for Image
Recognition" (2015), gates those of Hu et al., "Squeeze-and-Excitation Networks" (2017).
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import networkx as nx

from visualize.core.architecture import Operation, Skip, SkipKind, Wire
from visualize.core.operators import (
    CONVOLUTION,
    IDENTITY,
    POOL,
    RESAMPLE,
    SLICE,
    TRANSPOSED_CONVOLUTION,
    MergeType,
    counts_as_layer,
    family,
    merge_type,
)

_SPATIAL = CONVOLUTION | TRANSPOSED_CONVOLUTION | POOL | RESAMPLE


def find_skips(graph: nx.MultiDiGraph) -> tuple[Skip, ...]:
    """All skip connections of ``graph``, ordered by their merges.

    The graph is directed and acyclic; its nodes carry an `Operation` under ``operation``, its edges
    a `Wire` under ``wire``. Each fork is found by walking back from the merge in topological order,
    so the cost of a skip is that of the part of the graph it bypasses.

    >>> from visualize.core.architecture import NodeKind, Operation, TensorSpec, Wire
    >>> graph = nx.MultiDiGraph()
    >>> for name, weights in [("x", ()), ("conv", ((8, 8, 3, 3),)), ("add", ())]:
    ...     operation = Operation(name, NodeKind.FUNCTION, name, weights=weights)
    ...     graph.add_node(name, operation=operation)
    >>> tensor = TensorSpec((1, 8, 4, 4))
    >>> for position, (source, target) in enumerate([("x", "conv"), ("conv", "add"), ("x", "add")]):
    ...     _ = graph.add_edge(source, target, wire=Wire(tensor, position))
    >>> [(skip.kind.value, skip.fork, skip.bypassed) for skip in find_skips(graph)]
    [('identity', 'x', ('conv',))]
    """
    return tuple(_Analysis(graph).skips())


def mark_skips(graph: nx.MultiDiGraph, skips: Sequence[Skip]) -> None:
    """Write the index of each skip on the wires of its branch, from the fork to the merge."""
    for index, skip in enumerate(skips):
        steps = [skip.fork, *skip.branch, skip.merge]
        for source, target in itertools.pairwise(steps):
            for attributes in graph.get_edge_data(source, target).values():
                wire: Wire = attributes["wire"]
                if wire.data and wire.skip is None:
                    attributes["wire"] = replace(wire, skip=index)
                    break


@dataclass(frozen=True)
class _Inflow:
    """A data input of a node."""

    source: str
    wire: Wire


@dataclass(frozen=True)
class _Candidate:
    """A branch that skips something; what it does is not known yet."""

    fork: str
    branch: tuple[str, ...]
    bypassed: tuple[str, ...]
    merge: str
    wire: Wire


@dataclass
class _Search:
    """Walks back from the other inputs of a merge, latest operation first."""

    analysis: _Analysis
    # Whether an operation with parameters lies on a path from the node to another input.
    weighted: dict[str, bool] = field(default_factory=dict)
    queue: list[int] = field(default_factory=list)

    def reach(self, node: str, weighted: bool) -> None:
        if node not in self.weighted:
            heapq.heappush(self.queue, -self.analysis.position[node])
        self.weighted[node] = self.weighted.get(node, False) or weighted

    def walk_back_to(self, node: str) -> None:
        """Pass every reached node later than ``node`` on to its inputs."""
        stop = -self.analysis.position[node]
        while self.queue and self.queue[0] < stop:
            later = self.analysis.order[-heapq.heappop(self.queue)]
            weighted = self.weighted[later] = self.weighted[later] or bool(
                self.analysis.weights[later]
            )
            for inflow in self.analysis.inflows[later]:
                self.reach(inflow.source, weighted)
        if self.queue and self.queue[0] == stop:
            heapq.heappop(self.queue)  # on the chain: paths through it do not count


class _Analysis:
    def __init__(self, graph: nx.MultiDiGraph) -> None:
        self.operations: dict[str, Operation] = dict(graph.nodes(data="operation"))
        self.order = list(nx.topological_sort(graph))
        self.position = {node: index for index, node in enumerate(self.order)}
        self.inflows: dict[str, list[_Inflow]] = {}
        # Shapes of the parameters of an operation, including those of its constant inputs.
        self.weights: dict[str, tuple[tuple[int, ...], ...]] = {}
        self.parameters: dict[str, int] = {
            node: operation.parameters for node, operation in self.operations.items()
        }
        families = {node: family(operation.type) for node, operation in self.operations.items()}
        self.spatial = {node for node, name in families.items() if name in _SPATIAL}
        self.pooling = {node for node, name in families.items() if name in POOL or name == "mean"}
        for node in self.order:
            self._read(graph, node)

    def _read(self, graph: nx.MultiDiGraph, node: str) -> None:
        # As an iterator: `sorted` asks a view of edges for its length, which takes as long as the
        # whole graph.
        found = iter(graph.in_edges(node, data="wire"))
        edges = sorted(found, key=lambda edge: edge[2].position)
        self.inflows[node] = [_Inflow(source, wire) for source, _, wire in edges if wire.data]
        weights = self.operations[node].weights
        for source, _, wire in edges:
            # Only a tensor holds values: a parameter's dtype or size is not a parameter.
            if wire.tensor and not wire.data and not self.inflows[source]:
                weights += self.weights[source]
                self.parameters[node] += self.parameters[source]
                self.parameters[source] = 0
        self.weights[node] = weights

    def skips(self) -> Iterator[Skip]:
        for merge in self.order:
            inflows = self.inflows[merge]
            if merge_type(self.operations[merge].type) and len(inflows) > 1:
                for index in range(len(inflows)):
                    skip = self._skip(merge, index)
                    if skip:
                        yield skip

    def _skip(self, merge: str, index: int) -> Skip | None:
        """The skip connection that arrives at ``merge`` over its data input ``index``."""
        others = [
            inflow.source for other, inflow in enumerate(self.inflows[merge]) if other != index
        ]
        wire = self.inflows[merge][index].wire
        search = _Search(self)
        for other in others:
            search.reach(other, False)
        chain: list[str] = []
        for fork in self._chain(self.inflows[merge][index].source):
            search.walk_back_to(fork)
            if search.weighted.get(fork):
                bypassed = self._between(fork, search, chain)
                return self._typed(_Candidate(fork, tuple(chain[::-1]), bypassed, merge, wire))
            chain.append(fork)
        return None

    def _chain(self, node: str) -> Iterator[str]:
        yield node
        while len(self.inflows[node]) == 1:
            node = self.inflows[node][0].source
            yield node

    def _between(self, fork: str, search: _Search, chain: Sequence[str]) -> tuple[str, ...]:
        """The nodes on paths from ``fork`` to the other inputs that ``search`` has walked."""
        start = self.position[fork]
        reached = {fork}
        off_chain = search.weighted.keys() - set(chain)
        passed = sorted([at for node in off_chain if (at := self.position[node]) > start])
        between = []
        for position in passed:
            node = self.order[position]
            for inflow in self.inflows[node]:
                if inflow.source in reached:
                    reached.add(node)
                    between.append(node)
                    break
        return tuple(between)

    def _typed(self, found: _Candidate) -> Skip | None:
        kind = self._kind(found)
        if kind is None:
            return None
        merge = self.operations[found.merge]
        combination = merge_type(merge.type)
        return Skip(
            kind=kind,
            long=self._is_long(found),
            fork=found.fork,
            merge=found.merge,
            merge_type=combination.value if combination else "",
            module=merge.path,
            branch=found.branch,
            bypassed=found.bypassed,
            shape=found.wire.tensor.shape if found.wire.tensor else (),
            parameters=sum(self.parameters[node] for node in found.branch),
            bypassed_parameters=sum(self.parameters[node] for node in found.bypassed),
        )

    def _kind(self, found: _Candidate) -> SkipKind | None:
        families = {family(self.operations[node].type) for node in found.branch}
        combination = merge_type(self.operations[found.merge].type)
        if combination is MergeType.CONCAT:
            return SkipKind.CONCAT if families <= IDENTITY | SLICE else None
        if combination is MergeType.MULTIPLY:
            return None if found.branch else SkipKind.GATE
        if families <= IDENTITY:
            return SkipKind.IDENTITY
        forked = self.operations[found.fork].outputs
        tensor = found.wire.tensor
        reshaped = bool(forked and tensor and forked[0].shape != tensor.shape)
        if not (reshaped or families & SLICE or any(self.weights[node] for node in found.branch)):
            return None
        weighted = sum(map(self._is_weighted, found.branch))
        fewer = weighted <= 1 and weighted < self._depth(found.bypassed)
        return SkipKind.PROJECTION if fewer else None

    def _is_weighted(self, node: str) -> bool:
        """Whether papers count the operation as a layer."""
        return counts_as_layer(self.operations[node].type, self.weights[node])

    def _depth(self, nodes: Sequence[str]) -> int:
        """The most weighted layers on one path through ``nodes``, which are in order."""
        depths: dict[str, int] = {}
        for node in nodes:
            before = (depths.get(inflow.source, 0) for inflow in self.inflows[node])
            depths[node] = max(before, default=0) + self._is_weighted(node)
        return max(depths.values(), default=0)

    def _is_long(self, found: _Candidate) -> bool:
        """Whether the bypassed path passes a resolution found at none of its ends.

        The one value per channel that a global pool leaves is not a resolution.
        """
        inflows = self.inflows[found.merge]
        ends = [found.fork, found.merge, *(inflow.source for inflow in inflows)]
        resolutions = {self._resolution(node) for node in ends}
        passed = {self._resolution(node) for node in found.bypassed if node in self.spatial}
        pooled = {self._resolution(node) for node in found.bypassed if node in self.pooling}
        return any(set(sizes) != {1} or sizes not in pooled for sizes in passed - resolutions)

    def _resolution(self, node: str) -> tuple[int, ...]:
        outputs = self.operations[node].outputs
        return outputs[0].shape[2:] if outputs else ()
