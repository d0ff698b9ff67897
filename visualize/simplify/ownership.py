"""Whether copies have their parameters in the same way: each its own, or all the same ones."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence, Set
from typing import NamedTuple

from visualize.core.architecture import Architecture, Operation
from visualize.core.diagram import Box


class Parameter(NamedTuple):
    """A parameter: the operation that uses it, by its path, and which of its parameters it is."""

    path: str
    place: int
    shape: tuple[int, ...]


def find_owners(
    exact: Architecture, is_flow: Callable[[str], bool]
) -> dict[str, frozenset[Parameter]]:
    """For each operation, the parameters that it works with.

    Those of operations that do not work on data belong to all operations that they reach.
    """
    owners: dict[str, frozenset[Parameter]] = {}
    for one in exact.operations:
        own = {Parameter(one.path, place, shape) for place, shape in enumerate(one.weights)}
        for source, _, wire in exact.inputs(one.id):
            if not (wire.data or is_flow(source)):
                own |= owners[source]
        owners[one.id] = frozenset(own)
    return owners


class Ownership:
    """Compares the parameters of runs of boxes.

    Args:
        owners: for each operation, the parameters that it works with.
        boxes: the boxes, in order.
        operations: the operations of each box that are compared.
    """

    def __init__(
        self,
        owners: Mapping[str, frozenset[Parameter]],
        boxes: Sequence[Box],
        operations: Sequence[Sequence[Operation]],
    ) -> None:
        self.boxes = boxes
        self.used = [[owners[part.id] for part in parts] for parts in operations]
        self.before = self._uses_before(operations)

    def copies(self, start: int, length: int, most: int, scope: int) -> int:
        """How many copies of ``length`` boxes from ``start`` have their parameters alike.

        Each shares as many with the copies before it, uses as many again, and is the first to use
        as many. The first copy may be the first to use what all of them share.

        Args:
            start: the first box of the first copy.
            length: number of boxes in a copy.
            most: number of copies, two at least.
            scope: the first box of the step of a loop that they are in: in later steps no parameter
                counts, since the first one counts it.
        """
        second = start + length
        reuse, first_uses = self._reuse(second, length), self._first_uses(second, length, scope)
        begins = zip(self._first_uses(start, length, scope), first_uses)
        if self._reuse(start, length) != reuse or any(own < other for own, other in begins):
            return 1
        earlier = list(map(set, self._all(start, length)))
        sharing = self._sharing(second, length, earlier)
        for number in range(1, most):
            here = start + number * length
            is_alike = (
                self._sharing(here, length, earlier) == sharing
                and self._reuse(here, length) == reuse
                and self._first_uses(here, length, scope) == first_uses
            )
            if not is_alike:
                return number
            for before, own in zip(earlier, self._all(here, length)):
                before |= own
        return most

    def is_shared(self, start: int, length: int) -> bool | None:
        """Whether the second copy uses the parameters of the first; None where there are none."""
        own = self._all(start, length)
        if not any(own):
            return None
        return self._sharing(start + length, length, own) == list(map(len, own))

    def _all(self, start: int, length: int) -> list[frozenset[Parameter]]:
        """The parameters of each operation of a copy."""
        return [own for box in self.used[start : start + length] for own in box]

    def _sharing(self, start: int, length: int, others: Sequence[Set[Parameter]]) -> list[int]:
        """How many parameters each operation of a copy has in common with that of ``others``."""
        return [len(own & other) for own, other in zip(self._all(start, length), others)]

    def _reuse(self, start: int, length: int) -> list[int]:
        """How many parameters each operation has in common with those before it in its copy."""
        before, reuse = set[Parameter](), list[int]()
        for own in self._all(start, length):
            reuse.append(len(own & before))
            before |= own
        return reuse

    def _first_uses(self, start: int, length: int, scope: int) -> list[int]:
        """How many parameters each box of a copy counts, and is the first to use from ``scope``."""
        boxes = self.boxes[start : start + length]
        own = [sum(self.first_uses(one, scope) for one in box.operations) for box in boxes]
        return [*own, *(box.parameters for box in boxes)]

    def first_uses(self, operation: Operation, scope: int) -> int:
        """How many parameters an operation is the first to use from the box ``scope`` on."""
        uses = self.before.get(operation.id, {})
        return sum(math.prod(one.shape) for one, before in uses.items() if before < scope)

    def _uses_before(
        self, operations: Sequence[Sequence[Operation]]
    ) -> dict[str, dict[Parameter, int]]:
        """For each parameter of an operation, the last box before that uses it; -1 for none."""
        last: dict[Parameter, int] = {}
        uses: dict[str, dict[Parameter, int]] = {}
        for index, (parts, used) in enumerate(zip(operations, self.used)):
            for part, own in zip(parts, used):
                uses[part.id] = {parameter: last.get(parameter, -1) for parameter in own}
                last.update(dict.fromkeys(own, index))
        return uses
