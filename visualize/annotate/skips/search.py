"""The search for the fork of a branch: what it bypasses, not yet what kind of connection it is."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from visualize.annotate.skips.chain import chain
from visualize.annotate.skips.flow import Flow
from visualize.annotate.skips.merges import Merge, Operand
from visualize.annotate.skips.pieces import WHOLE, Piece, piece_of
from visualize.core.choices import Refusal


@dataclass(frozen=True)
class Candidate:
    """A branch that bypasses something.

    Attributes:
        fork: where the paths part.
        branch: the nodes of the branch, in order, without those of the merge.
        bypassed: the nodes on the paths that it bypasses, in order.
        merge: what is combined with the branch.
        operand: what arrives over the branch.
        others: the operands that arrive over the bypassed paths.
    """

    fork: str
    branch: tuple[str, ...]
    bypassed: tuple[str, ...]
    merge: Merge
    operand: Operand
    others: tuple[Operand, ...]


@dataclass(frozen=True)
class Refused:
    """A branch beside paths that are not bypassed by it, and why they are not."""

    fork: str
    reason: Refusal


def find_candidate(flow: Flow, merge: Merge, operand: Operand) -> Candidate | Refused | None:
    """What arrives at ``merge`` as ``operand``, if it bypasses something.

    None where no other path leads from the chain to the merge.

    Each fork is found by walking back from the merge in topological order, so the cost is that of
    the part of the graph that is bypassed.
    """
    if operand.is_factor:
        return None
    search = Search(flow, [other.source for other in merge.operands if other is not operand])
    passed: set[str] = set()
    refused: Refused | None = None
    for link in chain(flow, operand.source):
        passed.update(link.passed)
        if not search.walk_back_to(link.node, passed):
            break
        pieces = [piece_of(flow, reader, link.node) for reader in link.readers] or [WHOLE]
        if search.reaches(link.node, pieces):
            return candidate(search, link.node, passed, pieces, merge, operand)
        reason = search.refusal(link.node)
        if reason and not refused:
            refused = Refused(link.node, reason)
    return refused


def candidate(
    search: Search,
    fork: str,
    branch: Collection[str],
    pieces: Collection[Piece],
    merge: Merge,
    operand: Operand,
) -> Candidate:
    """The branch from ``fork``, with all that it bypasses."""
    reached = search.between(fork, branch, pieces)
    others = (other for other in merge.operands if other is not operand)
    return Candidate(
        fork,
        tuple(sorted(branch, key=search.flow.position.__getitem__)),
        tuple(reached),
        merge,
        operand,
        tuple(other for other in others if reached.get(other.source)),
    )


@dataclass
class Search:
    """Walks back from the other inputs of a merge, latest operation first.

    Where all layers are joined with all others, a merge has many inputs and each walk is long. So
    nodes are taken in sets, not one by one.
    """

    flow: Flow
    sources: Iterable[str]
    # The nodes on paths to another input.
    reached: set[str] = field(default_factory=set)
    # Those from which an operation with parameters lies on such a path.
    weighted: set[str] = field(default_factory=set)
    # Those that were passed on to their inputs.
    walked: set[str] = field(default_factory=set)
    queue: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._reach(self.sources)

    def _reach(self, nodes: Iterable[str]) -> None:
        """Note that ``nodes`` are on a path to another input."""
        new = set(nodes) - self.reached
        self.reached |= new
        for node in new:
            heapq.heappush(self.queue, -self.flow.position[node])

    def walk_back_to(self, node: str, chain: Collection[str]) -> bool:
        """Pass every reached node later than ``node`` on to its inputs, unless it is on the chain.

        Returns:
            Whether anything is left that could lead to ``node`` or what is before it.
        """
        flow = self.flow
        stop = -flow.position[node]
        while self.queue and self.queue[0] < stop:
            later = flow.order[-heapq.heappop(self.queue)]
            if later in chain:
                continue
            self.walked.add(later)
            if flow.weights[later]:
                self.weighted.add(later)
            if later in self.weighted:
                self.weighted |= flow.sources[later]
            self._reach(flow.sources[later])
        if self.queue and self.queue[0] == stop:
            heapq.heappop(self.queue)  # on the chain: paths through it do not count
            return True
        return bool(self.queue)

    def reaches(self, fork: str, pieces: Collection[Piece]) -> bool:
        """Whether a path with weights leads from one of ``pieces`` of ``fork`` to another input."""
        return any(
            fork in self.flow.sources[reader] and self._reads(reader, fork, pieces)
            for reader in self.flow.readers[fork]
            if reader in self.walked and reader in self.weighted
        )

    def refusal(self, fork: str) -> Refusal | None:
        """Why no path leads from ``fork`` that is bypassed; None if there is none at all."""
        sources, readers = self.flow.sources, self.flow.readers[fork]
        walked = [each for each in readers if each in self.walked and fork in sources[each]]
        weighted = not self.weighted.isdisjoint(walked)
        return Refusal.PARTS if weighted else Refusal.UNWEIGHTED if walked else None

    def _reads(self, reader: str, fork: str, pieces: Collection[Piece]) -> bool:
        taken = piece_of(self.flow, reader, fork)
        return any(taken.overlaps(piece) for piece in pieces)

    def between(
        self, fork: str, branch: Collection[str], pieces: Collection[Piece]
    ) -> dict[str, bool]:
        """The nodes on paths from ``fork`` to the other inputs that have been walked, in order.

        Each with whether an operation with weights lies on the way to it.
        """
        flow = self.flow
        start = flow.position[fork]
        off_branch = self.reached.difference(branch)
        passed = sorted([at for at in map(flow.position.__getitem__, off_branch) if at > start])
        between: dict[str, bool] = {}
        inside: set[str] = set()
        weighted: set[str] = set()
        for node in map(flow.order.__getitem__, passed):
            sources = flow.sources[node]
            if sources.isdisjoint(inside) and not (
                fork in sources and self._reads(node, fork, pieces)
            ):
                continue
            inside.add(node)
            between[node] = bool(flow.weights[node]) or not sources.isdisjoint(weighted)
            if between[node]:
                weighted.add(node)
        return between
