"""The level between layers and blocks: what works together in a block is one box.

    layers     x ─▶ norm ─▶ q, k, v ─▶ attention ─▶ projection ─▶ (add)
    sublayers  x ─▶ norm ─▶ [      grouped-query attention      ] ─▶ (add)

Attention with its projections, an MLP, experts with their router, squeeze-and-excitation, a
separable convolution and a convolution with its norm. What belongs together follows from the flow
of data, and never from the names of classes. Norms before them and residual connections stay
outside.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Collection, Sequence
from typing import TypeVar

import networkx as nx

from visualize.core.architecture import ModuleCall
from visualize.core.diagram import Box, BoxKind, Diagram
from visualize.simplify.contract import Cluster, Collapsed, contract
from visualize.simplify.sublayers.attention import find_attention
from visualize.simplify.sublayers.convolution import find_convolutions
from visualize.simplify.sublayers.excitation import find_excitations
from visualize.simplify.sublayers.experts import find_experts
from visualize.simplify.sublayers.flow import Flow, Sublayer
from visualize.simplify.sublayers.mlp import find_mlps

_Link = TypeVar("_Link")
_FINDERS = (find_attention, find_experts, find_excitations, find_mlps, find_convolutions)


def close_sublayers(diagram: Diagram, expanded: Collection[str] = ()) -> Diagram:
    """Make one box of each sublayer.

    Args:
        diagram: one box for each layer, with groups marked.
        expanded: paths of modules whose layers stay as they are.
    """
    flow = Flow(diagram, expanded)
    found: list[Sublayer] = []
    for find in _FINDERS:
        for sublayer in find(flow):
            flow.claim(sublayer)
            found.append(sublayer)
    return contract(diagram, _ordered(diagram, found)) if found else diagram


def _ordered(diagram: Diagram, found: Sequence[Sublayer]) -> list[Cluster]:
    """All boxes in clusters, each after those that it reads.

    Two sublayers that read each other's results stay open.
    """
    hosts = {node: one.core for one in found for node in one.nodes}
    quotient = nx.DiGraph()
    quotient.add_nodes_from(hosts.get(node, node) for node in diagram.graph)
    quotient.add_edges_from(
        ends
        for source, target, _ in diagram.wires
        if (ends := (hosts.get(source, source), hosts.get(target, target)))[0] != ends[1]
    )
    cyclic = [one for one in nx.strongly_connected_components(quotient) if len(one) > 1]
    if cyclic:
        mutual = frozenset().union(*cyclic)
        return _ordered(diagram, [one for one in found if one.core not in mutual])
    order = {node: place for place, node in enumerate(diagram.graph)}
    calls = Counter(call for box in diagram.boxes for call in box.calls)
    sublayers: dict[str, Cluster] = {}
    for one in found:
        boxes = [diagram.box(node) for node in sorted(one.nodes, key=order.__getitem__)]
        sublayers[one.core] = _cluster(diagram, one, boxes, calls)
    ordered = nx.lexicographical_topological_sort(quotient, key=order.__getitem__)
    return [sublayers.get(node) or Cluster.single(node) for node in ordered]


def _cluster(
    diagram: Diagram, sublayer: Sublayer, boxes: Sequence[Box], sizes: Counter[ModuleCall]
) -> Cluster:
    """A sublayer as one box. A module that holds nothing else gives it its path."""
    calls = _shared([box.calls for box in boxes])
    own = [call for call in calls if sizes[call] == len(boxes)]
    around = _shared([tuple(reversed(diagram.around(box))) for box in boxes])
    collapsed = Collapsed(
        id=sublayer.core,
        kind=BoxKind.SUBLAYER,
        type=sublayer.type,
        path=own[-1].path if own else "",
        group=around[-1].id if around else "",
        calls=calls[: calls.index(own[-1]) + 1] if own else calls,
        counts_as=sublayer.counts_as,
        label=sublayer.label,
    )
    return Cluster(sublayer.core, tuple(box.id for box in boxes), collapsed)


def _shared(chains: Sequence[tuple[_Link, ...]]) -> tuple[_Link, ...]:
    """What all chains begin with."""
    same = itertools.takewhile(lambda links: len(set(links)) == 1, zip(*chains))
    return tuple(links[0] for links in same)
