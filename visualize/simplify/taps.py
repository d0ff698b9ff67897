"""Taps: results of equal copies that are used elsewhere than in the next copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from visualize.core.architecture import Architecture, NodeKind, Operation
from visualize.core.operators import JOIN, MergeType, family, merge_type
from visualize.simplify.reads import Reads
from visualize.simplify.rows import Rows

_SYMMETRIC = JOIN | frozenset({"sum", "output"})
# Up to this many results of a module that is called again are drawn line by line.
_MANY_LINES = 8
# A result that is used outside its copy: its box and place, counted from the start of the copy, and
# the row that uses it; with the number of each user in this row.
_Taps = dict[tuple[int, int, str], tuple[int, ...]]


class Taps:
    """Finds out how many copies may be drawn as one, by who uses their results.

    Args:
        exact: the graph of all operations.
        reads: what they read.
        operations: the operations in each box that are compared.
        places: the box and place of each of them.
        rows: the operations that are one in all copies of a run.
    """

    def __init__(
        self,
        exact: Architecture,
        reads: Reads,
        operations: Sequence[Sequence[Operation]],
        places: Mapping[str, tuple[int, int]],
        rows: Rows,
    ) -> None:
        self.exact = exact
        self.reads = reads
        self.operations = operations
        self.places = places
        self.rows = rows

    def untapped(
        self, start: int, length: int, count: int, *, is_chain: bool, is_shared: bool
    ) -> int:
        """How many of ``count`` copies there are up to the first whose results are used elsewhere.

        What uses the same result of every copy, such as a stack of them all, does not count, unless
        a reader must see each of these results on its way to it. Neither does another loop of which
        each step uses the result of its own copy.
        """
        if self.rows.guessed:
            return count
        taps = [self._taps(start + number * length, length, 2) for number in range(count)]
        users = {user for *_, user in taps[0]}
        while count > 1:
            last = self._taps(start + (count - 1) * length, length, 1)
            if not taps[0].keys() <= last.keys() or not all(map(self._is_symmetric, users)):
                return 1
            odd = next((n for n in range(count - 1) if not _continues(taps, n)), None)
            if odd is None:
                one_line = not is_chain or (count > _MANY_LINES and is_shared)
                return count if one_line or self._are_collected(taps[0], start) else 1
            # The last copy may feed anything: the run ends with the one that is tapped.
            count = odd + 1
        return count

    def _are_collected(self, taps: _Taps, start: int) -> bool:
        """Whether one line may represent those from all copies of a chain to their users.

        It may where the results are collected one by one, as time steps are. Features that are
        joined are drawn line by line, or 8 channels and 8 channels would seem to make 32.
        """
        return all(
            self._collects(self.operations[start + box][place], user) for box, place, user in taps
        )

    def _collects(self, part: Operation, user: str) -> bool:
        """Whether an operation gives each tensor that it reads a place of its own."""
        operation = self.exact.operation(user)
        is_row = user in self.rows.steps
        if is_row or operation.kind is NodeKind.OUTPUT or family(operation.type) == "stack":
            return True
        if merge_type(operation.type) is not MergeType.CONCAT or not part.outputs:
            return False
        joined = zip(part.outputs[0].shape, operation.outputs[0].shape)
        return all(size == 1 for size, sum_of_sizes in joined if size != sum_of_sizes)

    def _taps(self, start: int, length: int, copies: int) -> _Taps:
        """What uses which results of a copy, outside it and the ``copies`` - 1 after it."""
        taps: _Taps = {}
        for box in range(start, start + length):
            for place, part in enumerate(self.operations[box]):
                for user in self.reads.users[part.id]:
                    home, _ = self.places.get(user, (-1, -1))
                    if not start <= home < start + copies * length:
                        row, number = self.rows.step(user)
                        key = (box - start, place, row)
                        taps[key] = (*taps.get(key, ()), number)
        return taps

    def _is_symmetric(self, user: str) -> bool:
        """Whether an operation treats all its inputs alike, or is that of one step of many."""
        kind = self.exact.operation(user).type
        is_row = user in self.rows.steps
        return is_row or merge_type(kind) is MergeType.ADD or family(kind) in _SYMMETRIC


def _continues(taps: Sequence[_Taps], number: int) -> bool:
    """Whether the results of a copy are used as those of the first are, one step after another."""
    first, second, this = taps[0], taps[min(1, number)], taps[number]
    if first.keys() != this.keys() or second.keys() != this.keys():
        return False
    return all(
        place - start == number * (after - start)
        for key in this
        for start, after, place in zip(first[key], second[key], this[key])
    )
