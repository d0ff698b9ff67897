"""Layers side by side that one matrix could replace, because they are factors of one product.

    x ─▶ to_q ─▶ ┐                     x ─▶ to_qkv ─▶ attention
    x ─▶ to_k ─▶ ┼▶ attention    =
    x ─▶ to_v ─▶ ┘

So models that write the projections of an attention, or the halves of a gated linear unit, as one
layer or as several have as many layers. Branches that meet in a sum or a concat are different
layers: those of Inception, of adapters, of projection shortcuts.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Hashable, Mapping

import networkx as nx

from visualize.core.architecture import Architecture, Operation
from visualize.core.operators import (
    ATTENTION,
    CONVOLUTION,
    IDENTITY,
    PRODUCT,
    RESHAPE,
    MergeType,
    family,
    merge_type,
)

_NOTHING: frozenset[str] = frozenset()
_MOST = 16  # more factors than any product has: beyond, a chain of products would cost its square
_OWN = frozenset({"in_channels", "out_channels", "in_features", "out_features", "bias"})


def same_matrix(exact: Architecture, layers: Collection[str]) -> dict[str, str]:
    """The first of the layers that could be one with each of ``layers``, where there are several.

    They read one tensor in one way, as linear layers do or convolutions with equal windows, and
    before any other layer their results meet in a product or an attention.

    Args:
        exact: the graph of all operations.
        layers: ids of the weighted layers.
    """
    roots: dict[str, str] = {}
    # The layers whose results each operation combines, if no other layer is between.
    factors: dict[str, frozenset[str]] = {}
    groups: nx.Graph[str] = nx.Graph()
    ways: dict[str, Hashable] = {}
    for one in exact.operations:
        sources = exact.data_sources(one.id)
        moves = len(sources) == 1 and family(one.does) in RESHAPE | IDENTITY
        roots[one.id] = roots.get(sources[0], sources[0]) if moves else one.id
        found = list(dict.fromkeys(set_ for it in sources if (set_ := factors.get(it, _NOTHING))))
        if one.id in layers:
            ways[one.id] = _way(one, roots[sources[0]])
            factors[one.id] = frozenset({one.id})
        elif len(found) == 1:
            factors[one.id] = found[0]
        elif len(found) > 1:
            both = _NOTHING.union(*found)
            if _multiplies(one):
                _join(groups, both, ways)
            elif len({roots[exact.data_sources(layer)[0]] for layer in both}) > 1:
                continue  # a sum of what several parts of the network compute
            if len(both) <= _MOST:
                factors[one.id] = both
    first: dict[str, str] = {}
    for group in nx.connected_components(groups):
        earliest = min(group, key=lambda node: exact.operation(node).index)
        first.update(dict.fromkeys(group, earliest))
    return first


def _multiplies(operation: Operation) -> bool:
    """Whether an operation multiplies features with each other."""
    kind = family(operation.does)
    return kind in PRODUCT | ATTENTION or merge_type(operation.does) is MergeType.MULTIPLY


def _way(layer: Operation, read: str) -> Hashable:
    """What a layer reads and how; a window of one place is that of a linear layer."""
    if family(layer.does) not in CONVOLUTION:
        return (read, family(layer.does))
    window = {name: value for name, value in layer.attributes.items() if name not in _OWN}
    return (read, json.dumps(window, sort_keys=True, default=str))


def _join(groups: nx.Graph[str], layers: Collection[str], ways: Mapping[str, Hashable]) -> None:
    """Note which of some layers read the same tensor in the same way."""
    alike: dict[Hashable, str] = {}
    for layer in sorted(layers):
        other = alike.setdefault(ways[layer], layer)
        if other != layer:
            groups.add_edge(other, layer)
