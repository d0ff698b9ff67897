"""The one way to simplify: put boxes together, so that nothing is lost."""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import networkx as nx

from visualize.core.architecture import ModuleCall, NodeKind, Operation, TensorSpec
from visualize.core.diagram import Box, BoxKind, Diagram
from visualize.core.operators import MOVES, family
from visualize.core.phrases import NOTHING, Phrase

_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class Collapsed:
    """What a box of several is in addition to its core: a block, stage, sublayer or formula.

    Attributes:
        id: id of the new box, that of the core or another; a number follows it if it is taken.
        kind: formula, computation, sublayer, block or stage.
        type: what it is called.
        path: module path.
        group: id of the innermost group around it.
        count: number of blocks or layers in it.
        uses: how often these are used, all together.
        branches: number of parallel branches in it that do not read each other; 1 in series.
        calls: the module calls around it; those of the core by default.
        counts_as: the type of an operation that does the same, where ``type`` does not say it.
        label: what a computation or sublayer is called, then details in smaller type.
    """

    id: str
    kind: BoxKind
    type: str
    path: str
    group: str = ""
    count: int = 1
    uses: int = 1
    branches: int = 1
    calls: tuple[ModuleCall, ...] | None = None
    counts_as: str = ""
    label: tuple[str | Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class Cluster:
    """Boxes of a diagram that become one box.

    Attributes:
        core: id of the box whose name, type and attributes the new one takes over.
        nodes: ids of all of them, the core included.
        collapsed: the block, stage, computation, sublayer or formula that it is, if it is one.
    """

    core: str
    nodes: tuple[str, ...]
    collapsed: Collapsed | None = None

    @classmethod
    def single(cls, node: str) -> Cluster:
        """A box that stays as it is."""
        return cls(node, (node,))


def contract(
    diagram: Diagram, clusters: Iterable[Cluster], *, keeps_plain: bool = False
) -> Diagram:
    """Contract each of ``clusters`` to one box; together they must partition the diagram.

    They must come in an order in which data flows from earlier to later ones. Edges between the
    same two boxes become one, except that skip branches stay apart; edges without data are
    dropped, because what they carry (sizes, constants) is not drawn.

    Args:
        diagram: the diagram.
        clusters: what becomes one box each.
        keeps_plain: whether edges without data are kept, for boxes that constants have yet to join.
    """
    graph = nx.MultiDiGraph()
    hosts: dict[str, str] = {}
    for cluster in clusters:
        box = _combine(diagram, cluster, taken=(diagram.graph, graph))
        graph.add_node(box.id, box=box)
        hosts.update(dict.fromkeys(cluster.nodes, box.id))
    shown = _shown_skips(diagram, hosts)
    crossing = [
        ((hosts[source], hosts[target]), shown(source, target, wire.skip), wire)
        for source, target, wire in diagram.wires
        if (wire.data or keeps_plain) and hosts[source] != hosts[target]
    ]
    # What a gate weighs is also read to compute it: that is the same tensor into the same box.
    weighed = {
        (*ends, wire.tensor) for ends, skip, wire in crossing if skip not in (None, wire.skip)
    }
    seen: set[tuple[str, str, int | None, bool]] = set()
    arrived: Counter[str] = Counter()
    for ends, skip, wire in crossing:
        is_again = skip is None and (*ends, wire.tensor) in weighed
        if (*ends, skip, wire.data) not in seen and not is_again:
            seen.add((*ends, skip, wire.data))
            position = arrived[ends[1]]
            if (wire.skip, wire.position) != (skip, position):
                wire = replace(wire, skip=skip, position=position)
            graph.add_edge(*ends, position, wire=wire)
            arrived[ends[1]] += 1
    return replace(diagram, graph=graph)


def absorb(diagram: Diagram, hosts: Mapping[str, str]) -> Diagram:
    """Contract each box into its host, hosts of hosts followed to the end."""
    nodes: dict[str, list[str]] = {}
    for node in diagram.graph:
        nodes.setdefault(follow(node, hosts), []).append(node)
    ordered = [node for node in diagram.graph if node in nodes]
    return contract(diagram, (Cluster(core, tuple(nodes[core])) for core in ordered))


def runs(boxes: Iterable[Box], key: Callable[[Box], _Key]) -> Iterator[tuple[_Key, list[Box]]]:
    """Boxes that follow each other and have the same ``key``, with that key.

    Boxes are in topological order, so no path leaves such a run and comes back to it.
    """
    for value, run in itertools.groupby(boxes, key):
        yield value, list(run)


def follow(node: str, hosts: Mapping[str, str]) -> str:
    """The box that ``node`` ends up in, hosts of hosts followed to the end.

    >>> follow("norm", {"norm": "conv", "conv": "block"})
    'block'
    """
    while node in hosts:
        node = hosts[node]
    return node


def _shown_skips(
    diagram: Diagram, hosts: Mapping[str, str]
) -> Callable[[str, str, int | None], int | None]:
    """The skip connection that an edge between two boxes shows once all is contracted.

    One that lies inside a box then shows no more; see `Diagram`. If its edge is part of a longer
    one too, as where a gate weighs what a U-Net concatenates, the edge shows that.
    """
    inside = {operation: hosts[node] for operation, node in diagram.hosts.items()}

    @functools.cache
    def is_collapsed(number: int) -> bool:
        skip = diagram.skips[number]
        ends = {inside[skip.fork], inside[skip.merge]}
        return ends.issuperset(map(inside.__getitem__, skip.bypassed))

    @functools.cache
    def passing() -> Mapping[tuple[str, str], Sequence[int]]:
        """The skip connections by the boxes at the ends of each edge of their branches."""
        found: dict[tuple[str, str], list[int]] = {}
        for number, skip in enumerate(diagram.skips):
            for ends in itertools.pairwise((skip.fork, *skip.branch, skip.merge)):
                source, target = (diagram.hosts[one] for one in ends)
                found.setdefault((source, target), []).append(number)
        return found

    def shown(source: str, target: str, number: int | None) -> int | None:
        if number is None or not is_collapsed(number):
            return number
        others = passing().get((source, target), ())
        return next((other for other in others if not is_collapsed(other)), None)

    return shown


def _combine(diagram: Diagram, cluster: Cluster, taken: Sequence[Container[str]]) -> Box:
    core = diagram.box(cluster.core)
    if len(cluster.nodes) == 1 and not cluster.collapsed:
        return core
    boxes = [diagram.box(node) for node in cluster.nodes]
    operations = sorted((one for box in boxes for one in box.operations), key=_execution)
    combined = replace(
        core,
        operations=tuple(operations),
        outputs=_outputs(diagram, cluster, core, boxes),
        weights=tuple(shape for box in boxes for shape in box.weights),
        idioms=tuple(idiom for box in boxes for idiom in box.idioms),
        operands=tuple(operand for box in boxes for operand in box.operands),
        silent=frozenset().union(*(box.silent for box in boxes)),
    )
    return _collapse(combined, cluster.collapsed, taken) if cluster.collapsed else combined


def _collapse(box: Box, collapsed: Collapsed, taken: Sequence[Container[str]]) -> Box:
    # Parts of a group that lie apart from each other are boxes of their own.
    numbered = (f"{collapsed.id} {number}" for number in itertools.count(2))
    names = itertools.chain([collapsed.id], numbered)
    return replace(
        box,
        id=next(name for name in names if name == box.id or not _is_taken(name, taken)),
        kind=collapsed.kind,
        type=collapsed.type,
        path=collapsed.path,
        calls=box.calls if collapsed.calls is None else collapsed.calls,
        label=collapsed.label,
        role=NOTHING,
        group=collapsed.group,
        count=collapsed.count,
        uses=collapsed.uses,
        branches=collapsed.branches,
        counts_as=collapsed.counts_as,
    )


def _is_taken(name: str, graphs: Sequence[Container[str]]) -> bool:
    return any(name in graph for graph in graphs)


def _execution(operation: Operation) -> int:
    return operation.index


def _outputs(
    diagram: Diagram, cluster: Cluster, core: Box, boxes: Sequence[Box]
) -> tuple[TensorSpec, ...]:
    """What a box of several returns: what it is named after returns, whatever it absorbed.

    Of an operation that returns several tensors, those that are picked; of a collapsed group, those
    of the last operation in it that is read outside, before any reshaping by the code around it.
    """
    if not cluster.collapsed:
        picked = (one.outputs for box in boxes for one in box.operations if _picks(one))
        single = [outputs[0] for outputs in picked if len(outputs) == 1]
        several = core.kind.is_layer and len(core.outputs) > 1
        return (several and tuple(one for one in single if one in core.outputs)) or core.outputs
    inside = frozenset(cluster.nodes)
    successors = diagram.graph.successors
    leave = [box for box in boxes if not inside.issuperset(successors(box.id))] or boxes
    last = leave[-1]
    module = _module(core, cluster.collapsed)
    while family(last.type) in MOVES and last.calls[: len(module)] != module:
        sources = [source for source in diagram.data_sources(last.id) if source in inside]
        if len(sources) != 1:
            break
        last = diagram.box(sources[0])
    return _reshaped(diagram, last, module)


def _reshaped(
    diagram: Diagram, last: Box, module: tuple[ModuleCall, ...]
) -> tuple[TensorSpec, ...]:
    """What the last box in a module returns, with the reshapes that the module ends with.

    Attention returns what its heads have been merged to, for example.
    """
    exact = diagram.exact
    members = {one.id for one in last.operations if one.kind is not NodeKind.OUTPUT}
    leave = [node for node in members if not members.issuperset(exact.graph.successors(node))]
    here = exact.operation(leave[0]) if len(leave) == 1 else last.core
    while here.calls[: len(module)] != module:
        sources = [source for source in exact.data_sources(here.id) if source in members]
        if len(sources) != 1:
            break
        here = exact.operation(sources[0])
    return here.outputs if len(here.outputs) == 1 else last.outputs


def _module(core: Box, collapsed: Collapsed) -> tuple[ModuleCall, ...]:
    """The calls of the module that becomes one box."""
    own = (place for place, call in enumerate(core.calls, 1) if call.path == collapsed.path)
    return core.calls[: next(own, 0)]


def _picks(operation: Operation) -> bool:
    return family(operation.type) == "getitem"
