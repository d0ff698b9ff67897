"""Skip connections: a pure function of the annotated graph.

A *merge* combines two or more data tensors: add, concat or multiply. For each of its data
inputs, the *chain* is followed back from the merge, node by node, as long as a node has one data
input. The *fork* is the first node of the chain from which another input of the merge can be
reached by a path off the chain that holds an operation with parameters: the *bypassed* path.
The nodes between fork and merge on the chain are the *skip branch*; what they do decides the
kind.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

import networkx as nx

from visualize.annotate.skips.flow import Flow
from visualize.annotate.skips.kinds import kind_of
from visualize.annotate.skips.resolution import is_long
from visualize.annotate.skips.search import Candidate, find_candidate
from visualize.core.architecture import Skip, SkipKind, Wire
from visualize.core.operators import merge_type


def find_skips(graph: nx.MultiDiGraph) -> tuple[Skip, ...]:
    """All skip connections of ``graph``, ordered by their merges.

    The graph is directed and acyclic; its nodes carry an `Operation` under ``operation``, its edges
    a `Wire` under ``wire``.

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
    return tuple(_skips(Flow(graph)))


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


def _skips(flow: Flow) -> Iterator[Skip]:
    for merge in flow.order:
        inflows = flow.inflows[merge]
        if merge_type(flow.operations[merge].type) and len(inflows) > 1:
            for index in range(len(inflows)):
                found = find_candidate(flow, merge, index)
                kind = kind_of(flow, found) if found else None
                if found and kind:
                    yield _skip(flow, found, kind)


def _skip(flow: Flow, found: Candidate, kind: SkipKind) -> Skip:
    merge = flow.operations[found.merge]
    combination = merge_type(merge.type)
    return Skip(
        kind=kind,
        long=is_long(flow, found),
        fork=found.fork,
        merge=found.merge,
        merge_type=combination.value if combination else "",
        module=merge.path,
        branch=found.branch,
        bypassed=found.bypassed,
        shape=found.wire.tensor.shape if found.wire.tensor else (),
        parameters=sum(flow.parameters[node] for node in found.branch),
        bypassed_parameters=sum(flow.parameters[node] for node in found.bypassed),
    )
