"""What became of each operation: from the partners to a status and edits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from visualize.compare.align import Pairs
from visualize.compare.moves import moved_elsewhere, moved_in_order
from visualize.compare.subtrees import Tree, facts
from visualize.core.architecture import Architecture, Operation
from visualize.core.difference import Edit, Status

_ANY_ORDER = frozenset({"add", "iadd", "add_", "mul", "imul", "mul_"})


@dataclass(frozen=True)
class Found:
    """The status of every operation on both sides, and the edits of those that were changed."""

    old: Mapping[str, Status]
    new: Mapping[str, Status]
    edits: Mapping[str, tuple[Edit, ...]]


def find_status(before: Architecture, after: Architecture, pairs: Pairs, root: Tree) -> Found:
    """The status of each operation, by the id of the operation.

    A change of what an operation does hides that its inputs are others, or that it was moved; a
    name counts only if all else is equal.
    """
    old = dict.fromkeys(before.graph, Status.REMOVED)
    new = dict.fromkeys(after.graph, Status.ADDED)
    edits: dict[str, tuple[Edit, ...]] = {}
    rewired = _rewired(before, after, pairs.operations)
    elsewhere, reordered = moved_elsewhere(root, pairs), moved_in_order(root, pairs, rewired)
    if reordered:
        # What was next to an operation that was moved reads on as if that were gone.
        gone = {leaf.operation.id for leaf in reordered if leaf.operation}
        stayed = {one: two for one, two in pairs.operations.items() if one not in gone}
        rewired &= _rewired(before, after, stayed)
    for tree, other in pairs.trees.items():
        if tree.operation is None or other.operation is None:
            continue
        one, two = tree.operation, other.operation
        status = Status.SAME
        if found := edits_of(one, two):
            edits[one.id] = found
            status = Status.CHANGED
        elif tree in reordered or (tree in elsewhere and one.id in rewired):
            status = Status.MOVED
        elif one.id in rewired:
            status = Status.REWIRED
        elif tree in elsewhere and not _is_regrouped(tree, other, pairs):
            status = Status.MOVED
        elif one.path != two.path and one.computes:
            status = Status.RENAMED
        old[one.id] = new[two.id] = status
    return Found(old, new, edits)


def edits_of(old: Operation, new: Operation) -> tuple[Edit, ...]:
    """What differs between two operations; shapes of weights only if nothing explains them."""
    before, after = facts(old), facts(new)
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if len(names) > 1 and "weights" in names:
        names.remove("weights")
    return tuple(Edit(name, before.get(name), after.get(name)) for name in names)


def _is_regrouped(old: Tree, new: Tree, pairs: Pairs) -> bool:
    """Whether two trees are in one place but for modules around them that one model lacks."""
    here, there = old.around, new.around
    while here is not None and here not in pairs.trees:
        here = here.around
    while there is not None and there not in pairs.back:
        there = there.around
    return here is not None and pairs.trees[here] is there


def _rewired(before: Architecture, after: Architecture, partners: Mapping[str, str]) -> set[str]:
    """The operations of the first model that read from operations that are no partners."""
    wiring = _Wiring(before, after, partners)
    return {old for old, new in partners.items() if wiring.differs(old, new)}


class _Wiring:
    """Distinguishes inputs that differ and those that an operation added or removed explains."""

    def __init__(
        self, before: Architecture, after: Architecture, partners: Mapping[str, str]
    ) -> None:
        self._before, self._after, self._partners = before, after, partners
        self._kept = set(partners.values())
        self._known: tuple[dict[str, frozenset[str]], ...] = ({}, {})

    def differs(self, old: str, new: str) -> bool:
        """Whether two partners read from operations that are no partners."""
        here = [source for source, _, _ in self._before.inputs(old)]
        there = [source for source, _, _ in self._after.inputs(new)]
        one, two = self._ends(0, here), self._ends(1, there)
        if self._before.operation(old).type in _ANY_ORDER and len(one) == len(two) == 2:
            swapped = two[::-1]
            return not (_agree(one, two) or _agree(one, swapped))
        return not _agree(one, two)

    def _ends(self, side: int, sources: list[str]) -> list[tuple[bool, frozenset[str]]]:
        """For each input, whether its source is kept, and what it comes from among what is."""
        return [(self._is_kept(side, source), self._origin(side, source)) for source in sources]

    def _is_kept(self, side: int, node: str) -> bool:
        return node in (self._kept if side else self._partners)

    def _origin(self, side: int, node: str) -> frozenset[str]:
        """A source, or the nearest sources before it that both models have, as in the second."""
        known, graph = self._known[side], self._after if side else self._before
        waiting = [node]
        while waiting:
            current = waiting[-1]
            if current in known:
                waiting.pop()
            elif self._is_kept(side, current):
                known[current] = frozenset([current if side else self._partners[current]])
            else:
                sources = [source for source, _, _ in graph.inputs(current)]
                lacking = [source for source in sources if source not in known]
                waiting += lacking
                if not lacking:
                    empty: frozenset[str] = frozenset()
                    known[current] = empty.union(*(known[source] for source in sources))
        return known[node]


def _agree(one: list[tuple[bool, frozenset[str]]], two: list[tuple[bool, frozenset[str]]]) -> bool:
    """Whether inputs are the same, or an operation that only one model has explains them."""
    if len(one) != len(two):
        return False
    return all(
        here == there or (not (kept and also) and (bool(here & there) or not (here and there)))
        for (kept, here), (also, there) in zip(one, two)
    )
