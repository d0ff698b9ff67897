"""Mixed connections: weighted sums of two or more earlier tensors of one shape.

    streams of hyper-connections     H' = M·H + b ⊗ f(a·H)           M, a, b learnt or computed
    attention over earlier layers    x = Σ softmax(q·hᵢ)·hᵢ
    depth-weighted averages          x = Σ aᵢ·hᵢ

Zhu et al., "Hyper-Connections" (2024); Pagliardini et al., "DenseFormer" (2024). A tensor is
earlier if another one of the sum is computed from it with weights: it bypasses that work. The
outputs of parallel branches, of experts or of the steps of a sequence are no earlier tensors. A sum
of one earlier tensor and the work that it bypasses is an ordinary shortcut, scaled.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from visualize.annotate.skips.effects import is_detached
from visualize.annotate.skips.flow import Flow
from visualize.annotate.skips.sums import Term, WeightedSum, is_sum, is_view, weighted_sums
from visualize.core.architecture import Skip, SkipKind
from visualize.core.operators import SLICE, MergeType, family, merge_type


@dataclass(frozen=True)
class Mixed:
    """The mixed connections of a graph.

    Attributes:
        skips: the connections, ordered by their merges.
        parts: the nodes that weigh and sum tensors, each with the connection that they belong to.
    """

    skips: tuple[Skip, ...]
    parts: Mapping[str, Skip]

    def includes(self, skip: Skip) -> bool:
        """Whether a connection of another kind is only part of a mixed one.

        Another tensor may be added to those that are mixed as it is.
        """
        mixed = self.parts.get(skip.merge)
        return mixed is not None and not (
            skip.kind is SkipKind.IDENTITY and skip.fork != mixed.fork
        )


def find_mixed(flow: Flow) -> Mixed:
    """The mixed connections of a graph.

    Streams that are kept apart are mixed by a sum for each, of the same tensors; that is one
    connection, which is listed with the last of its merges.
    """
    found: dict[frozenset[str], Skip] = {}
    parts: dict[str, Skip] = {}
    for one in weighted_sums(flow):
        tensors = frozenset(term.source for term in one.terms)
        skip = _mixed(flow, one)
        if skip:
            found[tensors] = skip
            inner = (node for term in one.terms for node in term.way)
            parts.update(dict.fromkeys((one.node, *inner), skip))
    return Mixed(tuple(found.values()), parts)


def _mixed(flow: Flow, found: WeightedSum) -> Skip | None:
    weighted = [term for term in found.terms if term.is_weighted]
    if len(weighted) < 2 and all(term.streams < 2 for term in weighted):
        return None
    work = _Work.before(flow, {term.source for term in found.terms})
    earlier = [term for term in weighted if work.weighted[term.source]]
    streams = _streams(flow, found, earlier, [term for term in weighted if term not in earlier])
    if streams < 2:
        return None
    fork, branch = _forked(flow, _first(flow, earlier, work), work)
    is_read = any(node in work.weighted for node in branch) and not found.is_stacked
    if is_read and not _is_dealt(flow, branch):
        return None  # the work reads what the streams were mixed to
    bypassed = work.after(fork)
    if found.is_stacked and not sum(flow.parameters[node] for node in bypassed):
        return None  # the steps of a recurrence: all of its weights were used before
    return _skip(flow, found, fork, branch, bypassed, streams)


def _streams(flow: Flow, found: WeightedSum, earlier: list[Term], later: list[Term]) -> int:
    """The number of tensors that are mixed; 1 for one tensor and the work that it bypasses.

    Args:
        earlier: the weighted terms that bypass work.
        later: those that do not: the last tensor of the network, or the work itself.
    """
    streams = max((term.streams for term in earlier), default=0)
    if streams != 1:
        return streams
    states = [term for term in later if found.is_stacked or is_sum(flow, term.source)]
    if len(earlier) == 1 and len(states) > 1:
        return 1  # parallel branches, one of which is empty
    number = len({term.source for term in (*earlier, *states)})
    return number if number > 1 else len(earlier)  # streams begin as copies of one tensor


def _first(flow: Flow, earlier: list[Term], work: _Work) -> Term:
    """The term that bypasses most: of several streams that are not computed from others, the last.

    That is where it is drawn, so that no other stream is in its way.
    """
    first = min(earlier, key=lambda term: flow.position[term.source])
    later = set(work.after(first.source))
    streams = [term for term in earlier if term.source not in later]
    return max(streams, key=lambda term: flow.position[term.source])


def _forked(flow: Flow, term: Term, work: _Work) -> tuple[str, tuple[str, ...]]:
    """Where a term forks, and the branch from there: at its last view that the work reads."""
    at = 0
    steps = [term.source, *term.way]
    for place, node in enumerate(term.way, 1):
        if not is_view(flow, node):
            break
        if work.weighted.get(node):
            at = place
    return steps[at], tuple(steps[at + 1 :])


def _is_dealt(flow: Flow, branch: tuple[str, ...]) -> bool:
    """Whether the branch takes only some of the streams, and leaves others to the work."""
    return any(family(flow.type(node)) in SLICE and not is_view(flow, node) for node in branch)


def _skip(
    flow: Flow,
    found: WeightedSum,
    fork: str,
    branch: tuple[str, ...],
    bypassed: tuple[str, ...],
    streams: int,
) -> Skip:
    merge, held = flow.operations[found.node], flow.parameters_of(branch)
    combination = merge_type(merge.type) or MergeType.ADD
    return Skip(
        kind=SkipKind.MIXED,
        long=False,
        fork=fork,
        merge=found.node,
        merge_type=combination.value,
        module=merge.path,
        branch=branch,
        bypassed=bypassed,
        shape=merge.outputs[0].shape if merge.outputs else (),
        parameters=sum(held.values()),
        bypassed_parameters=sum(flow.parameters_of(bypassed).values()),
        held=held,
        gradient=not any(is_detached(flow, node) for node in branch),
        streams=streams,
    )


@dataclass
class _Work:
    """The work by which the later of some tensors are computed from the earlier ones.

    Attributes:
        weighted: for each node between the tensors, whether an operation with parameters lies on
            a path from it to one of them.
    """

    flow: Flow
    weighted: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def before(cls, flow: Flow, tensors: Iterable[str]) -> _Work:
        """What lies between ``tensors``, found by walking back from them, latest first."""
        work = cls(flow, dict.fromkeys(tensors, False))
        queue = [-flow.position[node] for node in work.weighted]
        first = max(queue)
        heapq.heapify(queue)
        while queue and queue[0] < first:
            node = flow.order[-heapq.heappop(queue)]
            weighted = work.weighted[node] or bool(flow.weights[node])
            for inflow in flow.inflows[node]:
                if inflow.source not in work.weighted:
                    heapq.heappush(queue, -flow.position[inflow.source])
                work.weighted[inflow.source] = work.weighted.get(inflow.source, False) or weighted
        return work

    def after(self, fork: str) -> tuple[str, ...]:
        """The nodes on paths from ``fork`` to the tensors, in order."""
        start = self.flow.position[fork]
        passed = sorted(at for node in self.weighted if (at := self.flow.position[node]) > start)
        reached, between = {fork}, []
        for position in passed:
            node = self.flow.order[position]
            if any(inflow.source in reached for inflow in self.flow.inflows[node]):
                reached.add(node)
                between.append(node)
        return tuple(between)
