"""The flow of features through a graph, read once: where skip connections are sought.

Only features flow here: floating-point tensors that are computed from the model's inputs, or from
a *learned token*, a parameter that itself enters a weighted layer or an attention. Indices, masks,
constants and what is computed from them alone carry no chain.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from visualize.annotate.skips.tokens import learned_tokens
from visualize.core.architecture import NodeKind, Operation, Wire, arriving, batch_of
from visualize.core.arguments import argument
from visualize.core.layers import is_weighted_layer

_REACH = 64  # operations between a tensor and the layers that it comes from
_NO_FEATURES = ("int", "uint", "bool")  # quantized features are "quint8" and "qint8"
Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Inflow:
    """A feature that a node reads."""

    source: str
    wire: Wire


class Flow:
    """What each node reads and works with.

    Attributes:
        operations: the operation of each node.
        order: all nodes in topological order.
        position: the index of each node in that order.
        inflows: the features that each node reads, by position.
        sources: the nodes that these come from.
        readers: the nodes that read a tensor of each node, once for each time.
        weights: shapes of the parameters of each node, including those of its constant inputs.
        held: elements of the parameters of each node by name, in the same way.
        parameters: number of those that no node before it works with.
        tokens: the nodes that hold learned tokens, or are computed from them alone.
    """

    def __init__(self, graph: nx.MultiDiGraph) -> None:
        self.operations: dict[str, Operation] = dict(graph.nodes(data="operation"))
        self.order = list(nx.topological_sort(graph))
        self.position = {node: index for index, node in enumerate(self.order)}
        self.inflows: dict[str, list[Inflow]] = {}
        self.readers: dict[str, list[str]] = {node: [] for node in self.order}
        self.weights: dict[str, tuple[Shape, ...]] = {}
        self.held: dict[str, Mapping[str, int]] = {}
        self.parameters: dict[str, int] = {
            node: operation.parameters for node, operation in self.operations.items()
        }
        edges = arriving(graph)
        self.tokens = learned_tokens(self.operations, self.order, edges)
        self._data = set(self.tokens)
        for node in self.order:
            self._read(node, edges[node])
        self.sources = {
            node: frozenset(inflow.source for inflow in inflows)
            for node, inflows in self.inflows.items()
        }

    def _read(self, node: str, edges: Sequence[tuple[str, str, Wire]]) -> None:
        operation = self.operations[node]
        if operation.kind is NodeKind.INPUT or any(wire.data for *_, wire in edges):
            self._data.add(node)
        weights, held = operation.weights, operation.held
        inflows = self.inflows[node] = []
        for source, _, wire in edges:
            # Only a tensor holds values: a parameter's dtype or size is not a parameter.
            if not wire.tensor:
                continue
            self.readers[source].append(node)
            if wire.data or (source in self.tokens and node in self._data):
                if not wire.tensor.dtype.startswith(_NO_FEATURES):
                    inflows.append(Inflow(source, wire))
            elif source not in self._data:
                weights += self.weights[source]
                self.parameters[node] += self.parameters[source]
                self.parameters[source] = 0
                if self.held[source]:
                    held = {**held, **self.held[source]}
        if not weights and operation.weight and operation.weight.learned:
            weights = (operation.weight.shape,)  # quantized, and no parameter
        self.weights[node], self.held[node] = weights, held

    def parameters_of(self, nodes: Iterable[str]) -> Mapping[str, int]:
        """Elements of the parameters of ``nodes``, each of them once, by name."""
        found: dict[str, int] = {}
        for node in nodes:
            found.update(self.held[node])
        return found

    def shape(self, node: str) -> Shape | None:
        """Shape of the first tensor that a node returns."""
        outputs = self.operations[node].outputs
        return outputs[0].shape if outputs else None

    def dimension(self, node: str) -> int:
        """The dimension along which a node stacks or joins tensors."""
        dim = argument(self.operations[node], 1, "dim", "axis")
        return (dim if isinstance(dim, int) else 0) % len(self.shape(node) or (1,))

    def type(self, node: str) -> str:
        """The class or function that a node works as."""
        return self.operations[node].does

    def holds_feature(self, node: str) -> bool:
        """Whether what a node returns has several values for each sample, as far as is known."""
        outputs = self.operations[node].outputs
        if not outputs:
            return True
        shape, sample = outputs[0].shape, outputs[0].sample
        size = math.prod(shape)
        if sample is not None or size < 2:
            return math.prod(sample or ()) > 1
        return not size == self.batch == shape[0]

    @functools.cached_property
    def batch(self) -> int:
        """The size of the batch; 1 if there is none."""
        return batch_of(self.operations.values())

    def makers(self, node: str, after: str = "") -> frozenset[tuple[Hashable, str]]:
        """The nearest layers that a node comes from, but over ``after``, each with its call.

        A layer is a module, or a function with weights of some shape.
        """
        found: set[tuple[Hashable, str]] = set()
        seen, waiting = {node, after}, [node]
        while waiting and len(seen) < _REACH:
            before = waiting.pop()
            operation = self.operations[before]
            if self.weights[before]:
                key = operation.path, self.type(before), self.weights[before]
                is_module = operation.kind is NodeKind.MODULE
                found.add((operation.path if is_module else key, before))
                continue
            new = [one.source for one in self.inflows[before] if one.source not in seen]
            seen.update(new)
            waiting += new
        return frozenset(found)

    def is_weighted(self, node: str) -> bool:
        """Whether papers count the operation as a layer.

        A depthwise convolution and the pointwise one that follows it are one layer.
        """
        if not is_weighted_layer(self.operations[node], self.weights[node]):
            return False
        return not (self._is_depthwise(node) and self._goes_to_pointwise(node))

    def depth(self, nodes: Sequence[str]) -> int:
        """The most weighted layers on one path through ``nodes``, which are in order."""
        depths: dict[str, int] = {}
        for node in nodes:
            before = (depths.get(inflow.source, 0) for inflow in self.inflows[node])
            depths[node] = max(before, default=0) + self.is_weighted(node)
        return max(depths.values(), default=0)

    def _is_depthwise(self, node: str) -> bool:
        kernel = _kernel(self.weights[node])
        return len(kernel) > 2 and kernel[1] == 1 < kernel[0] and math.prod(kernel[2:]) > 1

    def _goes_to_pointwise(self, node: str) -> bool:
        """Whether the next operation with a kernel or matrix, if there is one, is pointwise."""
        while len(self.readers[node]) == 1:
            node = self.readers[node][0]
            if len(self.inflows[node]) != 1:
                return False
            if is_weighted_layer(self.operations[node], self.weights[node]):
                return math.prod(_kernel(self.weights[node])[2:]) == 1
        return False


def _kernel(weights: Sequence[Shape]) -> Shape:
    return max(weights, key=len, default=())
