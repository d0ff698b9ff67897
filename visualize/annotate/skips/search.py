"""The search for the fork of a branch: what it bypasses, not yet what kind of connection it is."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field

from visualize.annotate.skips.flow import Flow
from visualize.core.architecture import Wire


@dataclass(frozen=True)
class Candidate:
    """A branch that bypasses something.

    Attributes:
        fork: where the paths part.
        branch: the nodes of the branch, in order.
        bypassed: the nodes on the paths that it bypasses, in order.
        merge: where they meet.
        wire: over which the branch arrives there.
    """

    fork: str
    branch: tuple[str, ...]
    bypassed: tuple[str, ...]
    merge: str
    wire: Wire


def find_candidate(flow: Flow, merge: str, index: int) -> Candidate | None:
    """What arrives at ``merge`` over its data input ``index``, if it bypasses something.

    Each fork is found by walking back from the merge in topological order, so the cost is that of
    the part of the graph that is bypassed.
    """
    inflows = flow.inflows[merge]
    search = _Search(flow)
    for other, inflow in enumerate(inflows):
        if other != index:
            search.reach(inflow.source, False)
    chain: list[str] = []
    for fork in flow.chain(inflows[index].source):
        search.walk_back_to(fork)
        if search.weighted.get(fork):
            bypassed = search.between(fork, chain)
            return Candidate(fork, tuple(chain[::-1]), bypassed, merge, inflows[index].wire)
        chain.append(fork)
    return None


@dataclass
class _Search:
    """Walks back from the other inputs of a merge, latest operation first."""

    flow: Flow
    # Whether an operation with parameters lies on a path from the node to another input.
    weighted: dict[str, bool] = field(default_factory=dict)
    queue: list[int] = field(default_factory=list)

    def reach(self, node: str, weighted: bool) -> None:
        if node not in self.weighted:
            heapq.heappush(self.queue, -self.flow.position[node])
        self.weighted[node] = self.weighted.get(node, False) or weighted

    def walk_back_to(self, node: str) -> None:
        """Pass every reached node later than ``node`` on to its inputs."""
        stop = -self.flow.position[node]
        while self.queue and self.queue[0] < stop:
            later = self.flow.order[-heapq.heappop(self.queue)]
            weighted = self.weighted[later] = self.weighted[later] or bool(self.flow.weights[later])
            for inflow in self.flow.inflows[later]:
                self.reach(inflow.source, weighted)
        if self.queue and self.queue[0] == stop:
            heapq.heappop(self.queue)  # on the chain: paths through it do not count

    def between(self, fork: str, chain: Sequence[str]) -> tuple[str, ...]:
        """The nodes on paths from ``fork`` to the other inputs that have been walked."""
        start = self.flow.position[fork]
        reached = {fork}
        off_chain = self.weighted.keys() - set(chain)
        passed = sorted([at for node in off_chain if (at := self.flow.position[node]) > start])
        between = []
        for position in passed:
            node = self.flow.order[position]
            for inflow in self.flow.inflows[node]:
                if inflow.source in reached:
                    reached.add(node)
                    between.append(node)
                    break
        return tuple(between)
