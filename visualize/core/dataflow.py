"""Dataflow: what each operation is computed from, and whether an output of the model reads it.

x ─▶ conv ─▶ add ─▶ output        data that an output reads
              ▲ └─▶ std           data that none reads
          linear ◀─ grid          computed from weights alone
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from visualize.core.architecture import Architecture, NodeKind, Operation, Wire
from visualize.core.operators import RANDOM, family, reads_values
from visualize.core.phrases import Phrase


class Origin(enum.Enum):
    """What an operation is computed from; of several, the first."""

    DATA = "data"
    """The inputs of the model."""
    NOISE = "noise"
    """Random numbers."""
    WEIGHTS = "weights"
    """Parameters."""
    CONSTANT = "constant"
    """Buffers, numbers, sizes and positions."""


@dataclass(frozen=True, slots=True)
class Operand:
    """What an operation adds to data, multiplies or concatenates with it, and is no data itself.

    Attributes:
        operation: id of the operation that combines the two.
        name: what it is: the name of a parameter, a number, ``noise``.
    """

    operation: str
    name: Phrase


@dataclass(frozen=True)
class Dataflow:
    """What the operations of an exact graph are computed from, and for.

    Attributes:
        origins: what each operation is computed from, by its id.
        read: the operations whose tensors each reads the values of, data or not, with their wires.
        live: ids of the operations that an output of the model reads, and of the outputs. If no
            output reads any, all are.
    """

    origins: Mapping[str, Origin]
    read: Mapping[str, Sequence[tuple[str, Wire]]]
    live: frozenset[str]

    @classmethod
    def of(cls, exact: Architecture) -> Dataflow:
        """The dataflow of an exact graph.

        >>> import networkx as nx
        >>> from visualize.core.architecture import TensorSpec
        >>> graph, tensor = nx.MultiDiGraph(), TensorSpec((1, 8))
        >>> for name, kind in [("x", NodeKind.INPUT), ("randn", NodeKind.FUNCTION),
        ...                    ("add", NodeKind.FUNCTION), ("output", NodeKind.OUTPUT)]:
        ...     graph.add_node(name, operation=Operation(name, kind, name, outputs=(tensor,)))
        >>> for source, target, data in [("x", "add", True), ("randn", "add", False)]:
        ...     _ = graph.add_edge(source, target, wire=Wire(tensor, data=data))
        >>> flow = Dataflow.of(Architecture("net", "Net", graph))
        >>> flow.origins["randn"].value, flow.origins["add"].value
        ('noise', 'data')
        """
        read = {one.id: _read(exact, one) for one in exact.operations}
        origins: dict[str, Origin] = {}
        for one in exact.operations:
            made_of = {origins[source] for source, _ in read[one.id]}
            origins[one.id] = _origin(exact, one, made_of)
        return cls(origins, read, _live(exact))

    def is_data(self, node: str) -> bool:
        """Whether an operation is computed from the model's inputs."""
        return self.origins[node] is Origin.DATA

    def sources(self, node: str) -> list[str]:
        """The operations whose tensors an operation reads the values of."""
        return [source for source, _ in self.read[node]]


def _read(exact: Architecture, one: Operation) -> Sequence[tuple[str, Wire]]:
    return [
        (source, wire)
        for source, _, wire in exact.inputs(one.id)
        if wire.tensor is not None and (wire.data or reads_values(one.type, wire.position))
    ]


def _origin(exact: Architecture, one: Operation, made_of: Set[Origin]) -> Origin:
    is_end = one.kind in (NodeKind.INPUT, NodeKind.OUTPUT)
    if is_end or any(wire.data for _, _, wire in exact.inputs(one.id)):
        return Origin.DATA
    if family(one.type) in RANDOM or Origin.NOISE in made_of:
        return Origin.NOISE
    return Origin.WEIGHTS if one.weights or Origin.WEIGHTS in made_of else Origin.CONSTANT


def _live(exact: Architecture) -> frozenset[str]:
    """All that a path leads from to an output."""
    live = {one.id for one in exact.operations if one.kind is NodeKind.OUTPUT}
    for one in reversed(exact.operations):
        if not live.isdisjoint(exact.graph.successors(one.id)):
            live.add(one.id)
    reads = any(exact.graph.in_degree(node) for node in live)
    return frozenset(live if reads else exact.graph)
