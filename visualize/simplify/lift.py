"""Lift side boxes that serve several modules out of the one that computes them first.

    block 0 ─ bias ─┬─▶ attention           bias ─┬─▶ block 0
    block 1         ├─▶ attention     ▶           ├─▶ block 1
    block 2         └─▶ attention                 └─▶ block 2

So the blocks are equal, whichever of them is called first.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

from visualize.core.architecture import ModuleCall
from visualize.core.diagram import Box, Diagram
from visualize.simplify.contract import Cluster, contract

_Calls = tuple[ModuleCall, ...]


def lift_shared(diagram: Diagram) -> Diagram:
    """Put side boxes that several calls read before these calls, and around none of them."""
    served: dict[str, _Served] = {}
    lifted: dict[str, Box] = {}
    for box in reversed(diagram.boxes):
        if box.id not in diagram.sides:
            continue
        users = map(diagram.box, diagram.graph.successors(box.id))
        for user in users:
            reads = served.get(user.id, _Served(user.calls))
            served[box.id] = served[box.id].joined(reads) if box.id in served else reads
        if box.id in served and served[box.id].is_beyond(box.calls):
            own = (box.calls[-1],) if box.is_module else ()
            lifted[box.id] = replace(box, calls=(*served[box.id].around, *own))
    return _moved(diagram, lifted) if lifted else diagram


@dataclass(frozen=True, slots=True)
class _Served:
    """The module calls that read a result.

    Attributes:
        around: those around all that reads it.
        inside: of each of several that read it, the next call inside ``around``, or None for what
            is in none; empty if all is in the same calls.
    """

    around: _Calls
    inside: frozenset[ModuleCall | None] = frozenset()

    def joined(self, other: _Served) -> _Served:
        """The calls of both."""
        pairs = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(self.around, other.around))
        around = tuple(one for one, _ in pairs)
        if around == self.around == other.around and not (self.inside or other.inside):
            return self
        return _Served(around, self._at(len(around)) | other._at(len(around)))

    def is_beyond(self, calls: _Calls) -> bool:
        """Whether what is computed in ``calls`` is read both in the same call and in others."""
        depth = len(self.around)
        child = calls[depth] if depth < len(calls) else None
        return calls[:depth] == self.around and child in self.inside and child is not None

    def _at(self, depth: int) -> frozenset[ModuleCall | None]:
        if depth < len(self.around):
            return frozenset({self.around[depth]})
        return self.inside or frozenset({None})


def _moved(diagram: Diagram, lifted: dict[str, Box]) -> Diagram:
    """The diagram with each of ``lifted`` before the first box of the call that it was in."""
    first: dict[_Calls, int] = {}
    for place, box in enumerate(diagram.boxes):
        for depth in range(len(box.calls)):
            first.setdefault(box.calls[: depth + 1], place)
    order: list[tuple[int, bool, int, str]] = []
    for place, box in enumerate(diagram.boxes):
        goes = place
        if box.id in lifted:
            own = len(lifted[box.id].calls) - box.is_module
            goes = first[box.calls[: own + 1]]
        order.append((goes, box.id not in lifted, place, box.id))
    clusters = (Cluster.single(node) for *_, node in sorted(order))
    return contract(diagram.with_boxes(lifted.values()), clusters)
