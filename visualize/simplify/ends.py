"""The first and the last copy of a run, where they are cut into other boxes than those between.

The first step of a recurrence begins with zeros, so that what it computes from them alone is no
data; what the last step computes for a next one is used by nobody. Both do the work of the other
steps all the same. They are found in the order of execution, operation by operation:

    boxes       [x+h0 ‖ ·] [out]   [‖] [·] [out]   [‖] [·] [out]  …  [‖] [· out]
    operations   ‖ · out            ‖   ·   out     ‖   ·   out       ‖   · out
                 first              copies of equal boxes             last
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from visualize.core.architecture import Architecture, ModuleCall, Operation
from visualize.simplify.reads import Read
from visualize.simplify.sameness import Sameness


@dataclass(frozen=True, eq=False)
class End:
    """A copy at one end of a run.

    Attributes:
        start: place of its first box.
        end: place behind its last box.
        homes: for each operation in it, the box in the copy beside it that does the same work.
        parts: for each operation that is compared, the one of that copy which does the same work.
    """

    start: int
    end: int
    homes: Mapping[str, int]
    parts: Mapping[str, str]

    def in_order_of(self, copy: Sequence[str]) -> list[str]:
        """Its operations that do the work of those of the copy beside it, one by one."""
        found = {part: node for node, part in self.parts.items()}
        return [found[part] for part in copy]


class Ends:
    """Finds the ends of runs."""

    def __init__(self, sameness: Sameness) -> None:
        self.sameness = sameness
        self.reads = sameness.reads
        self.order = [one.id for one in sameness.exact.operations]
        self.index = {node: index for index, node in enumerate(self.order)}

    def first(self, start: int, length: int, scope: int = 0) -> End | None:
        """The copy before the one that begins at the box ``start``; there are two from there.

        It is in the step of a loop that begins at the box ``scope``; see `Ownership.copies`.
        """
        near, far = self._parts(start, length), self._parts(start + length, length)
        before = reversed(self.order[: min(map(self.index.__getitem__, near))])
        found = self._match(self._in_order(near, reverse=True), before)
        if not found or not self._is_copy(found, near, far, begins=True):
            return None
        users, others = self._users(found, near), self._users(near, far)
        if {(found[node], user) for node, user in users} != others and not self._is_guess:
            return None
        places = [self.sameness.homes[node] for node in found]
        lowest = min(places)
        while lowest > 0 and self._only_moves(lowest - 1) and self._only_moves(start):
            lowest -= 1
        return self._end(found, (lowest, start), (start, start + length), scope)

    def last(self, start: int, length: int, scope: int = 0) -> End | None:
        """The copy after the one that begins at the box ``start``; there is one before that."""
        near, far = self._parts(start, length), self._parts(start - length, length)
        after = self.order[max(map(self.index.__getitem__, near)) + 1 :]
        found = self._match(self._in_order(near), after)
        if not found or not self._is_copy(found, near, far, begins=False):
            return None
        pairs = dict(zip(near, far))
        users, others = self._users(near, found), self._users(far, near)
        is_used_alike = {(pairs[node], user) for node, user in users} == others
        is_used_alike &= users <= {(found[node], user) for node, user in self._users(found, ())}
        if not is_used_alike and not self._is_guess:
            return None
        highest = max(self.sameness.homes[node] for node in found)
        return self._end(found, (start + length, highest + 1), (start, start + length), scope)

    @property
    def _is_guess(self) -> bool:
        """Whether it is not known yet who uses a result."""
        return self.sameness.rows.guessed

    def _parts(self, start: int, length: int) -> list[str]:
        """The operations of a copy that are compared."""
        boxes = self.sameness.operations[start : start + length]
        return [part.id for parts in boxes for part in parts]

    def _in_order(self, nodes: Iterable[str], reverse: bool = False) -> list[str]:
        return sorted(nodes, key=self.index.__getitem__, reverse=reverse)

    def _match(self, parts: Sequence[str], others: Iterable[str]) -> dict[str, str] | None:
        """Which of ``others`` does the work of which of ``parts``; both are in order."""
        found: dict[str, str] = {}
        for other in others:
            part = parts[len(found)]
            if self._work(other) == self._work(part):
                found[other] = part
                if len(found) == len(parts):
                    return found
            elif other in self.sameness.places:
                return None
        return None

    def _work(self, node: str) -> Hashable:
        operation = self.sameness.exact.operation(node)
        return self.sameness.work(operation), operation.weights

    def _is_copy(
        self, found: Mapping[str, str], near: Sequence[str], far: Sequence[str], *, begins: bool
    ) -> bool:
        """Whether what was found reads as the copy ``near`` does, and the copy ``far`` after it.

        Args:
            found: the operations of the end, each with that of ``near`` which does its work.
            near: the copy next to the end.
            far: the copy next to that.
            begins: whether the end comes before ``near``: instead of a copy before it, it may read
                anything that is the same for all reads of one result.
        """
        pairs, owners = dict(zip(near, far)), self.sameness.owners
        after = {other: one for one, other in pairs.items()}
        beginnings: dict[Read, Read | None] = {}

        def alike(other: Read | None, read: Read, beyond: Read) -> bool:
            if begins and read.source in found:
                if other and (other.source in found or other.source in pairs):
                    return False
                beginning = other and other._replace(position=0)
                return beginnings.setdefault(read._replace(position=0), beginning) == beginning
            if other is None:
                return False
            if read.source in pairs:
                return found.get(other.source) == read.source and _moved_alike(other, read)
            if read.source in after:
                return other.source == after[read.source] and _moved_alike(other, read)
            return self._follows(other, read, beyond)

        if not _called_alike(self.sameness.exact, found):
            return False

        skips = self.sameness.skips

        def is_alike(node: str, part: str) -> bool:
            if not begins and (node in skips) != (part in skips):
                return False  # a merge that no output reads is none
            shared = owners[node] & owners[part], owners[part] & owners[pairs[part]]
            here, there, beyond = map(self.reads.everything, (node, part, pairs[part]))
            return (
                len(shared[0]) == len(shared[1])
                and (here.keys() <= there.keys() or (begins and self._unpacks(here, there, pairs)))
                and there.keys() == beyond.keys()
                and all(alike(here.get(at), read, beyond[at]) for at, read in there.items())
            )

        return all(itertools.starmap(is_alike, found.items()))

    def _unpacks(
        self, here: Mapping[int, Read], there: Mapping[int, Read], copies: Mapping[str, str]
    ) -> bool:
        """Whether a first step reads, one by one, the tensors of a state that is later one value.

        An LSTM cell begins with `(h, c)`, and then reads what it returned.
        """
        last = max(there, default=0)
        state = there.get(last)
        if state is None or state.moves or max(here) == last:
            return False
        parts = len(self.sameness.exact.operation(state.source).outputs)
        begins = [read for at, read in here.items() if at >= last]
        return len(begins) == parts and all(read.source not in copies for read in begins)

    def _follows(self, other: Read, read: Read, beyond: Read) -> bool:
        """Whether an end reads the next slice of what the copies beside it read slices of."""
        constants = self.sameness.constants
        if read.source in constants and other.source in constants:
            return constants[read.source] == constants[other.source]
        rows = [self.sameness.rows.step(each.source) for each in (other, read, beyond)]
        steps = zip(
            (rows[0].number, *other.places),
            (rows[1].number, *read.places),
            (rows[2].number, *beyond.places),
        )
        alike = rows[0].row == rows[1].row and other.moves == read.moves
        return alike and all(here - there == there - after for here, there, after in steps)

    def _users(self, copy: Collection[str], beside: Collection[str]) -> set[tuple[str, str]]:
        """What is read of a copy from outside of it and of the copy ``beside`` it, and by whom."""
        return {
            (node, self.sameness.rows.step(user).row)
            for node in copy
            for user in self.reads.users[node]
            if user not in copy and user not in beside
        }

    def _read_by(self, node: str) -> list[str]:
        """What reads an operation, in order."""
        return self._in_order(self.sameness.exact.graph.successors(node))

    def _only_moves(self, place: int) -> bool:
        return not self.sameness.operations[place]

    def _end(
        self, found: Mapping[str, str], boxes: tuple[int, int], beside: tuple[int, int], scope: int
    ) -> End | None:
        """The end that consists of ``boxes``, if they hold nothing else and all that is beside."""
        homes = {node: self.sameness.homes[part] for node, part in found.items()}
        homes.update(self._moved(found, boxes, beside))
        known_homes = set(homes.values())
        moving = [
            place
            for place in range(*beside)
            if self._only_moves(place) and place not in known_homes
        ]
        for place in range(*boxes):
            box = self.sameness.boxes[place]
            if any(part.id not in found for part in self.sameness.operations[place]):
                return None
            known = [homes[node] for node in box.members if node in homes] or moving[:1]
            if not known:
                return None
            if self._only_moves(place):
                moving = moving[1:]
            # What is not compared, such as the zeros, goes with the first that reads it.
            for node in reversed(box.members):
                users = (homes[user] for user in self._read_by(node) if user in homes)
                homes.setdefault(node, next(users, known[-1]))
        if set(homes.values()) != set(range(*beside)):
            return None
        first_uses = functools.partial(self.sameness.ownership.first_uses, scope=scope)
        if not all(self._alike(count, homes, boxes) for count in (_counted, first_uses)):
            return None
        return End(*boxes, homes, found)

    def _moved(
        self, found: Mapping[str, str], boxes: tuple[int, int], beside: tuple[int, int]
    ) -> dict[str, int]:
        """The boxes beside an end in which the same is sliced and reshaped as in the end itself."""
        own = self.sameness.homes
        homes: dict[str, int] = {}
        for node, part in found.items():
            there = self.reads.everything(part)
            # The parts of a state that is later one value are moved by nothing.
            for position, read in self.reads.everything(node).items():
                beside_it = there[position].movers if position in there else ()
                for mover, other in zip(read.movers, beside_it):
                    if own[mover] in range(*boxes) and own[other] in range(*beside):
                        homes.setdefault(mover, own[other])
        return homes

    def _alike(
        self, count: Callable[[Operation], int], homes: Mapping[str, int], boxes: tuple[int, int]
    ) -> bool:
        """Whether an end has as many parameters of its own as the copy beside it.

        A first one may have what all copies share in addition.
        """
        own = dict.fromkeys(homes.values(), 0)
        for place in range(*boxes):
            for one in self.sameness.boxes[place].operations:
                own[homes[one.id]] += count(one)
        is_first = boxes[1] <= min(own)
        others = {home: sum(map(count, self.sameness.boxes[home].operations)) for home in own}
        return all(
            own[home] == other or (is_first and own[home] > other) for home, other in others.items()
        )


def _counted(operation: Operation) -> int:
    return operation.parameters


def _called_alike(exact: Architecture, found: Mapping[str, str]) -> bool:
    """Whether the calls of modules in an end and in the copy beside it correspond one to one."""
    pairs = set[tuple[ModuleCall, ModuleCall]]()
    for node, part in found.items():
        calls, others = exact.operation(node).calls, exact.operation(part).calls
        if len(calls) != len(others):
            return False
        pairs.update(zip(calls, others))
    return len({one for one, _ in pairs}) == len({other for _, other in pairs}) == len(pairs)


def _moved_alike(one: Read, other: Read) -> bool:
    return (one.moves, one.places) == (other.moves, other.places)
