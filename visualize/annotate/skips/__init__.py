"""Skip connections: a pure function of the annotated graph.

    x ──▶ conv ──▶ relu ──▶ conv ──▶ + ──▶
    └────────────────────────────────┘

A *merge* combines two or more features. For each of them, the *chain* is followed back from the
merge, node by node, as long as a node carries one feature on. The *fork* is the first node of the
chain from which another input of the merge can be reached by a path off the chain that holds an
operation with weights: the *bypassed* path. The nodes between fork and merge on the chain are the
*skip branch*; what they do decides the kind.

| module | what it knows |
|---|---|
| `flow` | what features are and which nodes read them |
| `merges` | what is combined where, whatever way it is written |
| `chain` | what carries a feature, back from a merge |
| `search` | where paths part, and what is bypassed |
| `effects`, `kinds` | what a branch does, and what kind of connection that makes it |
| `resolution`, `long` | how many positions a feature has, which connections run across levels |
| `blocks` | long connections with blocks on them |
| `gates` | sums that only make a gate |
| `contraction`, `sums`, `mixed` | weighted sums, and those that mix earlier tensors |
| `untyped` | sums that look residual and are none |
| `loops` | which connections are one, in several steps of a loop |
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import networkx as nx

from visualize.annotate.skips.blocks import find_block_skip
from visualize.annotate.skips.effects import Effect, added_scale, effect_of, is_detached, scale_of
from visualize.annotate.skips.flow import Flow
from visualize.annotate.skips.gates import ends_in_gate
from visualize.annotate.skips.kinds import kind_of
from visualize.annotate.skips.long import is_lifted, is_long
from visualize.annotate.skips.loops import number_loops
from visualize.annotate.skips.merges import Merge, Operand, find_merges, type_of
from visualize.annotate.skips.mixed import find_mixed
from visualize.annotate.skips.resolution import Resolution
from visualize.annotate.skips.search import Candidate, Refused, find_candidate
from visualize.annotate.skips.untyped import doubled, untyped
from visualize.core.architecture import NodeKind, Skip, SkipKind, Wire
from visualize.core.choices import Refusal
from visualize.core.operators import MergeType
from visualize.core.skips import FoundSkips, Untyped

_Typed = tuple[Candidate, SkipKind]
_RANKS = {kind: rank for rank, kind in enumerate(SkipKind)}


def find_skips(graph: nx.MultiDiGraph) -> tuple[Skip, ...]:
    """All skip connections of ``graph``, those of loops in every step, ordered by their merges.

    The graph is directed and acyclic; its nodes carry an `Operation` under ``operation``, its edges
    a `Wire` under ``wire``.

    >>> from visualize.core.architecture import NodeKind, Operation, TensorSpec, Wire
    >>> graph = nx.MultiDiGraph()
    >>> tensor = TensorSpec((1, 8, 4, 4))
    >>> for name, weights in [("x", ()), ("conv", ((8, 8, 3, 3),)), ("add", ())]:
    ...     operation = Operation(
    ...         name, NodeKind.FUNCTION, name, weights=weights, outputs=(tensor,)
    ...     )
    ...     graph.add_node(name, operation=operation)
    >>> for position, (source, target) in enumerate([("x", "conv"), ("conv", "add"), ("x", "add")]):
    ...     _ = graph.add_edge(source, target, wire=Wire(tensor, position))
    >>> [(skip.kind.value, skip.fork, skip.bypassed) for skip in find_skips(graph)]
    [('identity', 'x', ('conv',))]
    """
    return search_skips(graph).skips


def search_skips(graph: nx.MultiDiGraph) -> FoundSkips:
    """The skip connections of ``graph``, as `find_skips`, and what looks like one and is none."""
    flow = Flow(graph)
    resolution = Resolution(flow)
    found: list[Skip] = []
    long: set[tuple[str, str]] = set()
    left: list[Untyped] = []
    for merge in find_merges(flow, resolution.rising):
        refused: list[tuple[Operand, str, Refusal]] = []
        skips = list(_skips(flow, resolution, merge, long, refused))
        found += skips
        left += doubled(flow, merge) or ([] if skips else untyped(merge, refused))
    mixed = find_mixed(flow)
    found = [*(skip for skip in found if not mixed.includes(skip)), *mixed.skips]
    read = _read_by_outputs(graph, flow.order)
    found = [skip for skip in found if skip.merge in read]
    found.sort(key=lambda skip: flow.position[skip.merge])
    scaled = [skip for skip in found if skip.kind is SkipKind.SCALED]
    highways = {(skip.fork, node) for skip in scaled for node in skip.branch}
    # A highway is scaled by a gate, and is listed once.
    listed = [
        skip
        for skip in found
        if not (skip.kind is SkipKind.GATE and (skip.fork, skip.merge) in highways)
    ]
    typed = {node for skip in listed for node in (skip.merge, *skip.branch)}
    return FoundSkips(
        number_loops(flow, listed),
        tuple(one for one in left if one.merge in read and one.merge not in typed),
    )


def _read_by_outputs(graph: nx.MultiDiGraph, order: Sequence[str]) -> Collection[str]:
    """The nodes that some output is computed from; all of them in a graph without outputs."""
    kinds = {node: operation.kind for node, operation in graph.nodes(data="operation")}
    if NodeKind.OUTPUT not in kinds.values():
        return order
    read: set[str] = set()
    for node in reversed(order):
        if kinds[node] is NodeKind.OUTPUT or not read.isdisjoint(graph.successors(node)):
            read.add(node)
    return read


def mark_skips(graph: nx.MultiDiGraph, skips: Sequence[Skip]) -> None:
    """Write the index of each skip on the wires of its branch, from the fork to the merge.

    Branches that share wires leave them to the shortest, which has no others.
    """
    for index, skip in sorted(enumerate(skips), key=lambda numbered: len(numbered[1].branch)):
        steps = [skip.fork, *skip.branch, skip.merge]
        ends = steps[1:-1] or steps
        for source in steps[:-1]:
            for target in steps:
                if not graph.has_edge(source, target):
                    continue
                if source in ends or target in ends:
                    _mark(graph, source, target, index)
        if skip.kind is SkipKind.MIXED:
            for source, target in _mixed_as_well(graph, skip):
                _mark(graph, source, target, index)


def _mixed_as_well(graph: nx.MultiDiGraph, skip: Skip) -> Iterator[tuple[str, str]]:
    """The edges by which other earlier tensors join the branch of a mixed connection.

    The last tensor comes from the work that is bypassed.
    """
    order = {node: place for place, node in enumerate(skip.bypassed)}
    for target in skip.branch:
        joined = sorted(order.keys() & set(graph.predecessors(target)), key=order.__getitem__)
        yield from ((source, target) for source in joined[:-1])


def _mark(graph: nx.MultiDiGraph, source: str, target: str, index: int) -> None:
    for attributes in graph.get_edge_data(source, target).values():
        wire: Wire = attributes["wire"]
        if wire.tensor and wire.skip is None:
            attributes["wire"] = replace(wire, skip=index)
            break


def _skips(
    flow: Flow,
    resolution: Resolution,
    merge: Merge,
    long: set[tuple[str, str]],
    refused: list[tuple[Operand, str, Refusal]],
) -> Iterator[Skip]:
    """The skip connections into ``merge``.

    Args:
        flow: the flow of features.
        resolution: how many positions each has.
        merge: where they end.
        long: the ends of the long ones so far, to which theirs are added.
        refused: what is none is added to it: the operand, its fork, and why.
    """
    found: list[_Typed] = []
    for operand in merge.operands:
        typed = _typed(flow, resolution, merge, operand)
        if isinstance(typed, Refused):
            refused.append((operand, typed.fork, typed.reason))
        elif typed:
            found.append(typed)
    found = [one for one in found if not any(_replaces(other, one) for other in found)]
    found = _together(flow, found)
    branches = {candidate.operand.source for candidate, _ in found}
    for candidate, kind in found:
        runs_across = is_long(flow, resolution, candidate, branches, long) or is_lifted(
            flow, resolution, candidate
        )
        if runs_across:
            long.add((candidate.operand.source, candidate.operand.target))
        yield _skip(flow, candidate, kind, runs_across)


def _typed(
    flow: Flow, resolution: Resolution, merge: Merge, operand: Operand
) -> _Typed | Refused | None:
    """The skip connection that arrives as ``operand``; or why what looks like one is none."""
    candidate = find_candidate(flow, merge, operand)
    refused = candidate if isinstance(candidate, Refused) else None
    kind: SkipKind | None = None
    if isinstance(candidate, Candidate):
        judged = kind_of(flow, resolution, candidate)
        if isinstance(judged, SkipKind):
            kind = judged
        elif _is_gated(flow, resolution, candidate):
            kind = SkipKind.CONCAT
        else:
            refused = Refused(candidate.fork, judged)
    if not kind:
        candidate = find_block_skip(flow, resolution, merge, operand)
        kind = SkipKind.CONCAT if merge.type is MergeType.CONCAT else SkipKind.PROJECTION
    if not isinstance(candidate, Candidate):
        return refused
    if kind is SkipKind.PROJECTION and ends_in_gate(flow, merge.node):
        return Refused(candidate.fork, Refusal.GATE)
    return candidate, kind


def _is_gated(flow: Flow, resolution: Resolution, found: Candidate) -> bool:
    """Whether a long connection to a concat is only scaled on its way, by an attention gate."""
    is_concat = found.merge.type is MergeType.CONCAT
    effects = {effect_of(flow, node) for node in found.branch}
    scales = effects <= {Effect.KEEPS, Effect.SCALES} and Effect.SCALES in effects
    return is_concat and scales and is_long(flow, resolution, found)


def _together(flow: Flow, found: Sequence[_Typed]) -> list[_Typed]:
    """Branches that add one tensor are one: x + x is 2·x, and x − g·x is (1 − g)·x."""
    together: dict[object, _Typed] = {}
    for number, (candidate, kind) in enumerate(found):
        adds = kind in (SkipKind.IDENTITY, SkipKind.SCALED)
        key = candidate.fork if adds else number
        other = together.get(key)
        together[key] = _added(flow, other, (candidate, kind)) if other else (candidate, kind)
    return list(together.values())


def _added(flow: Flow, one: _Typed, other: _Typed) -> _Typed:
    """Two branches as one, which is that with the longer way."""
    scales = [
        (candidate.operand.scale or scale_of(flow, candidate.branch) or "1", candidate.operand.sign)
        for candidate, _ in (one, other)
    ]
    candidate = max(one, other, key=lambda typed: len(typed[0].branch))[0]
    operand = replace(candidate.operand, scale=added_scale(scales))
    return replace(candidate, operand=operand), SkipKind.SCALED


def _replaces(one: _Typed, other: _Typed) -> bool:
    """Whether two branches from one fork are one connection, of which the first is kept.

    They are if each bypasses the other. Beside a shortcut, what projects is a residual branch.
    """
    (first, kind), (second, other_kind) = one, other
    if first.fork != second.fork or _RANKS[kind] >= _RANKS[other_kind]:
        return False
    bypass = first.operand in second.others and second.operand in first.others
    return bypass or other_kind is SkipKind.PROJECTION


def _skip(flow: Flow, found: Candidate, kind: SkipKind, long: bool) -> Skip:
    merge, inside, around = _meeting(found)
    branch = (*found.branch, *inside)
    is_whole = merge == found.merge.node
    combination = found.merge.type if is_whole else type_of(flow, merge)
    held = flow.parameters_of(branch)
    scale = "" if kind is not SkipKind.SCALED else found.operand.scale or scale_of(flow, branch)
    return Skip(
        kind=kind,
        long=long,
        fork=found.fork,
        merge=merge,
        merge_type=combination.value if combination else "",
        module=flow.operations[merge].path,
        branch=branch,
        bypassed=(*found.bypassed, *around),
        shape=found.operand.tensor.shape if found.operand.tensor else (),
        parameters=sum(held.values()),
        bypassed_parameters=sum(flow.parameters_of(found.bypassed).values()),
        held=held,
        gradient=not any(is_detached(flow, node) for node in branch),
        scale=scale,
    )


def _meeting(found: Candidate) -> tuple[str, list[str], list[str]]:
    """The part of the merge where branch and bypassed paths meet first.

    Returns:
        That node, and the parts of the merge before it on the branch and on the bypassed paths.
    """
    way = found.merge.way(found.operand.target)
    ways = [found.merge.way(other.target) for other in found.others]
    met = next(node for node in way if any(node in other for other in ways))
    inside = way[: way.index(met)]
    around = {node: None for other in ways if met in other for node in other[: other.index(met)]}
    return met, inside, list(around)
