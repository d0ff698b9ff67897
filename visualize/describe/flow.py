"""How data flows from the inputs of a model to its outputs, without what scales or selects it."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx

from visualize.core.architecture import Architecture, NodeKind, SkipKind, Wire
from visualize.core.operators import DIVIDE, MergeType, family, merge_type


def main_flow(exact: Architecture) -> nx.DiGraph:
    """The operations between inputs and outputs, in topological order, and the wires of data.

    The wires are left out by which a gate, or the scale of a shortcut, is multiplied with what it
    scales, and by which an index or a mask selects features: what computes it, such as the router
    of experts, is no part of a path.
    """
    beside = set(_scales_of_skips(exact))
    flow: nx.DiGraph[str] = nx.DiGraph()
    flow.add_nodes_from(one.id for one in exact.operations)
    for one in exact.operations:
        wires = [(source, wire) for source, _, wire in exact.inputs(one.id) if wire.data]
        features = [source for source, wire in wires if _is_feature(wire)]
        for source in features or [source for source, _ in wires]:
            if (source, one.id) not in beside:
                flow.add_edge(source, one.id)
    starts = [one.id for one in exact.operations if one.kind is NodeKind.INPUT]
    ends = [one.id for one in exact.operations if one.kind is NodeKind.OUTPUT]
    inner = _reached(flow, starts) & _reached(flow.reverse(copy=False), ends)
    flow.remove_nodes_from([node for node in flow if node not in inner])
    return flow


def _scales_of_skips(exact: Architecture) -> Iterator[tuple[str, str]]:
    """The wires that bring what a gate or a scaled shortcut is multiplied with."""
    for skip in exact.unrolled_skips:
        if skip.kind is SkipKind.GATE:
            yield from ((node, skip.merge) for node in skip.bypassed)
        elif skip.kind is SkipKind.SCALED:
            carried = {skip.fork, *skip.branch}
            for node in skip.branch:
                sources = exact.data_sources(node)
                if _scales(exact, node) and carried.intersection(sources):
                    yield from ((source, node) for source in sources if source not in carried)


def _is_feature(wire: Wire) -> bool:
    """Whether a wire carries numbers, and no indices or truth values."""
    return wire.tensor is None or not wire.tensor.dtype.startswith(("int", "uint", "bool"))


def _scales(exact: Architecture, node: str) -> bool:
    """Whether an operation multiplies or divides."""
    kind = exact.operation(node).does
    return merge_type(kind) is MergeType.MULTIPLY or family(kind) in DIVIDE


def _reached(flow: nx.DiGraph, starts: list[str]) -> set[str]:
    return {node for start in starts for node in nx.descendants(flow, start)}.union(starts)
