"""What a model computes in order to decide what to compute next, as an early exit does."""

from __future__ import annotations

import math
from collections.abc import Iterable

import networkx as nx

from visualize.core.architecture import Architecture


def decides(exact: Architecture, nodes: Iterable[str]) -> bool:
    """Whether a truth value is computed from ``nodes`` that no operation reads.

    It is then Python that reads it, in an ``if`` or a ``while``.
    """
    found = set(nodes)
    for node in tuple(found):
        found |= nx.descendants(exact.graph, node)
    return any(_is_truth(exact, node) for node in found)


def _is_truth(exact: Architecture, node: str) -> bool:
    outputs = exact.operation(node).outputs
    return (
        [one.dtype for one in outputs] == ["bool"]
        and math.prod(outputs[0].shape) == 1
        and not exact.graph.out_degree(node)
    )
