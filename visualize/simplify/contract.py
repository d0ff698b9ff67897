"""The one way to simplify: put nodes together, so that nothing is lost."""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import networkx as nx

from visualize.core.architecture import Architecture, Group, Layer, NodeKind, Role, TensorSpec, Wire


@dataclass(frozen=True)
class Box:
    """Nodes of a graph that become one node.

    Attributes:
        core: the node whose name, type and attributes the new node takes over.
        nodes: all of them, the core included.
        stands_for: the block, stage or formula that the new node is, if it is one.
    """

    core: str
    nodes: tuple[str, ...]
    stands_for: Group | None = None


def contract(architecture: Architecture, boxes: Iterable[Box]) -> Architecture:
    """Contract each of ``boxes`` to one node; together they must partition the graph.

    The boxes must come in an order in which data flows from earlier to later ones. Parameters,
    buffers, MACs and operations are summed. Edges between the same two boxes become one, except
    that skip branches stay apart; edges without data are dropped, because what they carry
    (sizes, constants) is not drawn.
    """
    boxes = list(boxes)
    graph = nx.MultiDiGraph()
    homes: dict[str, str] = {}
    for box in boxes:
        layer = _combine(architecture, box, graph)
        graph.add_node(layer.id, layer=layer)
        homes.update(dict.fromkeys(box.nodes, layer.id))
    contracted = replace(architecture, graph=graph)
    seen: set[tuple[str, str, int | None]] = set()
    for source, target, wire in architecture.wires:
        ends = homes[source], homes[target]
        if not wire.data or ends[0] == ends[1]:
            continue
        skip = None if _is_closed(contracted, wire) else wire.skip
        if (*ends, skip) not in seen:
            seen.add((*ends, skip))
            position = graph.in_degree(ends[1])
            graph.add_edge(*ends, wire=replace(wire, skip=skip, position=position))
    return contracted


def absorb(architecture: Architecture, hosts: Mapping[str, str]) -> Architecture:
    """Contract each node into its host, hosts of hosts followed to the end."""
    members: dict[str, list[str]] = {}
    for node in architecture.graph:
        host = node
        while host in hosts:
            host = hosts[host]
        members.setdefault(host, []).append(node)
    ordered = sorted(members.items(), key=lambda item: architecture.layer(item[0]).index)
    return contract(architecture, (Box(core, tuple(nodes)) for core, nodes in ordered))


def _is_closed(architecture: Architecture, wire: Wire) -> bool:
    return wire.skip is not None and architecture.is_closed(architecture.skips[wire.skip])


def _combine(architecture: Architecture, box: Box, built: nx.MultiDiGraph) -> Layer:
    core = architecture.layer(box.core)
    if len(box.nodes) == 1 and core.parts and not box.stands_for:
        return core
    layers = [architecture.layer(node) for node in box.nodes]
    parts = sorted((part for layer in layers for part in layer.operations), key=_execution)
    if box.stands_for:
        core = _closed(core, box.stands_for, taken=(architecture.graph, built))
    return replace(
        core,
        parts=tuple(parts),
        parameters=sum(layer.parameters for layer in layers),
        trainable_parameters=sum(layer.trainable_parameters for layer in layers),
        buffers=sum(layer.buffers for layer in layers),
        macs=sum(layer.macs for layer in layers),
        outputs=_outputs(parts),
        weights=tuple(shape for layer in layers for shape in layer.weights),
    )


def _closed(core: Layer, group: Group, taken: Iterable[Container[str]]) -> Layer:
    # What of a group stands apart from the rest is a box of its own.
    numbered = (f"{group.id} {number}" for number in itertools.count(2))
    names = itertools.chain([group.id], numbered)
    return replace(
        core,
        id=next(name for name in names if not any(name in graph for graph in taken)),
        kind=NodeKind.MODULE,
        type=group.type,
        path=group.path,
        module_class="",
        attributes={"count": group.count} if group.role is Role.STAGE else {},
        role=group.role,
        # A closed block belongs to the stage around it; a closed stage is coloured as itself.
        group=group.id if group.role is Role.STAGE else group.parent,
        scope=_scope(core, group),
    )


def _scope(core: Layer, group: Group) -> tuple[str, ...]:
    """The calls up to that which a formula is; of blocks and stages, those of the first layer."""
    if group.role is not Role.LAYER:
        return core.scope
    return core.scope[: core.scope.index(group.id) + 1]


def _execution(layer: Layer) -> int:
    return layer.index


def _outputs(parts: Sequence[Layer]) -> tuple[TensorSpec, ...]:
    """What the last of ``parts`` that makes a tensor returns."""
    return next((part.outputs for part in reversed(parts) if part.outputs), ())
