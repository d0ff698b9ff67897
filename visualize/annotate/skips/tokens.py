"""Learned tokens: parameters that enter a weighted layer or an attention as features do.

    latents ─▶ LayerNorm ─▶ Linear ─▶ attention ─▶ +
       └──────────────────────────────────────────┘

The latents of a Perceiver, the queries of a detector, inducing points. The weights of a layer, and
what they are computed from, are none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from visualize.core.architecture import NodeKind, Operation, Wire
from visualize.core.operators import (
    AFFINE,
    ATTENTION,
    CONCAT,
    COPIES,
    MOVES,
    NORM,
    counts_as_layer,
    family,
    reads_values,
)

_PREPARES = MOVES | COPIES | CONCAT | NORM
_QUERIES_KEYS_VALUES = 3
_Inputs = Sequence[tuple[str, str, Wire]]
_Edges = Mapping[str, _Inputs]


def learned_tokens(
    operations: Mapping[str, Operation], order: Sequence[str], edges: _Edges
) -> frozenset[str]:
    """The nodes that hold learned tokens, and those that are computed from them alone.

    Args:
        operations: the operation of each node.
        order: all nodes in topological order.
        edges: the edges that arrive at each node, by position.
    """
    constant: set[str] = set()  # works on no data
    raw: dict[str, set[str]] = {}  # the parameters that each node passes on
    tokens: set[str] = set()
    for node in order:
        operation = operations[node]
        if operation.kind is NodeKind.INPUT or any(wire.data for *_, wire in edges[node]):
            tokens |= _attended(operation, edges[node], raw)
            continue
        constant.add(node)
        if operation.kind is NodeKind.CONSTANT and operation.weights:
            raw[node] = {node}
            continue
        tokens |= _entered(operation, edges[node], raw)
        if family(operation.type) in _PREPARES:
            read = [raw[source] for source, *_ in edges[node] if source in raw]
            # The weights of a norm are read after what it normalizes.
            kept = read[:1] if family(operation.type) in NORM else read
            if kept:
                raw[node] = set().union(*kept)
    return _with_results(tokens, constant, operations, order, edges) if tokens else frozenset()


def _entered(operation: Operation, edges: _Inputs, raw: Mapping[str, set[str]]) -> set[str]:
    """The parameters that a weighted layer without any data reads as its input."""
    if not edges:
        return set()
    is_layer = operation.kind is NodeKind.MODULE and counts_as_layer(
        operation.type, operation.weights
    )
    if is_layer or (family(operation.type) in AFFINE and len(edges) > 1):
        return raw.get(edges[0][0], set())
    return _attended(operation, edges, raw)


def _attended(operation: Operation, edges: _Inputs, raw: Mapping[str, set[str]]) -> set[str]:
    """The parameters that an attention reads as queries, keys or values."""
    is_module = operation.kind is NodeKind.MODULE and len(edges) > 1
    if family(operation.type) not in ATTENTION and not (is_module and operation.weights):
        return set()
    read = (raw.get(source, set()) for source, *_ in edges[:_QUERIES_KEYS_VALUES])
    return set().union(*read)


def _with_results(
    tokens: set[str],
    constant: set[str],
    operations: Mapping[str, Operation],
    order: Sequence[str],
    edges: _Edges,
) -> frozenset[str]:
    found = set(tokens)
    for node in order:
        reads = (
            source
            for source, _, wire in edges[node]
            if wire.tensor and reads_values(operations[node].type, wire.position)
        )
        if node in constant and not found.isdisjoint(reads):
            found.add(node)
    return frozenset(found)
