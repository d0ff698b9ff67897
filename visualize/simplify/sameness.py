"""When parts of a graph are equal: the same operations, attributes, shapes and wiring."""

from __future__ import annotations

import copy
import enum
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from visualize.core.architecture import Architecture, NodeKind, Operation
from visualize.core.diagram import Box
from visualize.core.operators import IDENTITY, family
from visualize.simplify.ownership import Ownership, find_owners
from visualize.simplify.reads import Read, Reads, numbered
from visualize.simplify.rows import Rows
from visualize.simplify.taps import Taps

# What writes a slice of a tensor.
_WRITES = frozenset({"setitem", "selectscatter", "slicescatter"})


class _Copy(enum.IntEnum):
    """The copy that something a copy reads comes from."""

    SAME = 0
    BEFORE = 1
    OTHER = 2  # neither of the two


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where something that a copy reads comes from.

    It is comparable between copies: ``box`` and ``place`` count from the start of the copy that it
    comes from. What comes from elsewhere has the id of its ``node`` instead.

    Attributes:
        copy: the copy that it comes from.
        box: the box in that copy.
        place: the operation in that box.
        node: the operation, if it is in neither copy.
        moves: what slices and reshapes it on its way.
        steps: for what comes from elsewhere, the numbers of these slices; copies may differ in
            them.
    """

    copy: _Copy
    box: int = 0
    place: int = 0
    node: str = ""
    moves: tuple[Hashable, ...] = ()
    steps: tuple[int, ...] = field(default=(), compare=False)


class _Fork(NamedTuple):
    """The kind and the beginning of a skip connection that ends at an operation."""

    kind: str
    is_long: bool
    origin: _Origin


class _Reads(NamedTuple):
    """What one operation of a copy reads, and the skip connections that end there.

    The first of its inputs represents the slice that it writes, if it does.
    """

    inputs: tuple[_Origin, ...]
    forks: tuple[_Fork, ...]


class Sameness:
    """Compares runs of boxes by the exact operations in them.

    Only operations on data and those with side boxes count: sizes, masks and tables that are
    computed from constants alone belong to their first user, and parameters with every operation
    that they reach. What does nothing in inference and is not drawn does not count, so that dropout
    may differ or be missing. Of a module that is called again, each call may read another slice of
    a sequence, the next one each time.

    Args:
        exact: the graph of all operations.
        boxes: the boxes that hold them, in order.
        sides: ids of the operations that have side boxes; see `Diagram.sides`.
    """

    def __init__(
        self, exact: Architecture, boxes: Sequence[Box], sides: frozenset[str] = frozenset()
    ) -> None:
        self.exact = exact
        self.boxes = boxes
        self.sides = sides
        self.reads = Reads(exact, apart={box.core.id for box in boxes}, sides=sides)
        self.owners = find_owners(exact, self._is_flow)
        self._numbers: dict[Hashable, int] = {}
        self.constants = self._constants()
        self.homes = {one.id: index for index, box in enumerate(boxes) for one in box.operations}
        self.operations = [
            [part for part in box.operations if self._is_compared(part)] for box in boxes
        ]
        # Of each operation on data: its box, and its place among the operations of that box.
        self.places = {
            part.id: (index, place)
            for index, parts in enumerate(self.operations)
            for place, part in enumerate(parts)
        }
        self.ownership = Ownership(self.owners, boxes, self.operations)
        self.skips: dict[str, list[tuple[str, bool, str]]] = {}
        for skip in exact.unrolled_skips:
            fork = (skip.kind.value, skip.long, skip.fork)
            self.skips.setdefault(skip.merge, []).append(fork)
        self.rows = Rows()
        self.signatures = [self._signature(box, index) for index, box in enumerate(boxes)]

    def with_rows(self, rows: Rows) -> Sameness:
        """The same, where copies may read, step by step, those of another run."""
        other = copy.copy(self)
        other.rows = rows
        return other

    @property
    def taps(self) -> Taps:
        """Who uses the results of copies."""
        return Taps(self.exact, self.reads, self.operations, self.places, self.rows)

    def _is_flow(self, node: str) -> bool:
        """Whether an operation works on data, or has a side box."""
        return bool(self.reads.of(node)) or node in self.sides

    def _is_compared(self, part: Operation) -> bool:
        """Whether an operation is part of a copy; the output does not belong to the last one.

        What only moves data is compared with the operations that read the result.
        """
        works = self._is_flow(part.id) or part.kind is NodeKind.INPUT
        moves = part.kind is NodeKind.OUTPUT or self.reads.moves(part.id)
        return works and not moves

    def _constants(self) -> dict[str, int]:
        """A number for each tensor that depends on no input of the model: equal if made alike."""
        numbers: dict[str, int] = {}
        for one in self.exact.operations:
            if self._is_flow(one.id) or one.kind is NodeKind.INPUT:
                continue
            numbers[one.id] = self.number((self.work(one), self._constant_inputs(one.id, numbers)))
        return numbers

    def _constant_inputs(self, node: str, numbers: Mapping[str, int]) -> tuple[int, ...]:
        return tuple(
            numbers[source]
            for source, _, wire in self.exact.inputs(node)
            if wire.tensor and not wire.data and source in numbers
        )

    def work(self, operation: Operation) -> Hashable:
        """What an operation does, whatever it reads."""
        return (
            operation.type,
            operation.kind,
            operation.module_class,
            _attributes(operation),
            operation.fate,
            tuple((tensor.shape, tensor.dtype) for tensor in operation.outputs),
        )

    def _move(self, operation: Operation) -> Hashable:
        """What an operation does that takes one of several equal parts."""
        text = repr(sorted(operation.attributes.items()))
        shapes = tuple((tensor.shape, tensor.dtype) for tensor in operation.outputs)
        return (operation.type, operation.module_class, numbered(text)[0], shapes)

    def _signature(self, box: Box, index: int) -> int:
        """A number that boxes share which hold the same operations, wired alike inside.

        Inputs and outputs share it with no other box: each has a name of its own. So queries, keys
        and values are never copies of each other.
        """
        if box.kind.is_end:
            return self.number(box.id)
        work = (
            box.kind,
            box.type,
            box.label,
            box.role,
            tuple(numbered(str(operand.name))[0] for operand in box.operands),
            tuple(
                (
                    self.work(part),
                    self._constant_inputs(part.id, self.constants),
                    tuple(sorted(parameter.shape for parameter in self.owners[part.id])),
                    tuple(self._seen_from(index, read) for read in self.reads.of(part.id)),
                )
                for part in self.operations[index]
            ),
            # A box that only moves data; who reads it knows which part it takes.
            () if self.operations[index] else tuple(map(self._move, box.operations)),
        )
        return self.number(work)

    def _seen_from(self, box: int, read: Read) -> Hashable:
        """What is read, as it is equal in equal boxes: what is moved outside may differ."""
        home, place = self._place(read.source)
        moves = zip(read.movers, read.moves)
        inside = tuple(move for by, move in moves if self.homes[by] == box)
        return place if home == box else -1, inside

    def number(self, value: Hashable) -> int:
        """The same number for equal values."""
        return self._numbers.setdefault(value, len(self._numbers))

    def _place(self, node: str) -> tuple[int, int]:
        return self.places.get(node, (-1, -1))

    def copies(self, start: int, length: int, most: int, scope: int = 0) -> int:
        """How many equal copies of ``length`` boxes follow each other from ``start``.

        The boxes of all ``most`` candidates have equal signatures; this compares their wiring, and
        the parameters that they are the first to use in the step of a loop that begins at the box
        ``scope``.
        """
        first = self._wiring(start, None, length)
        pattern = self._wiring(start + length, start, length)
        if not pattern:
            return 1
        is_shared = self.is_shared(start, length)
        if not _fits_first(first, pattern, is_loop=is_shared):
            return 1
        strides = _strides(first, pattern)
        if any(map(any, strides)) and not is_shared:
            return 1
        count, before = 2, pattern
        while count < most:
            here = start + count * length
            wiring = self._wiring(here, here - length, length)
            if wiring != pattern or _strides(before, wiring) != strides:
                break
            count, before = count + 1, wiring
        count = self.ownership.copies(start, length, count, scope)
        if count < 2:
            return 1
        return self.taps.untapped(
            start,
            length,
            count,
            is_chain=not self.is_parallel(start, length),
            is_shared=is_shared,
        )

    def _wiring(self, start: int, before: int | None, length: int) -> list[_Reads]:
        """What each operation of a copy reads, and where the skip connections into it begin.

        Args:
            start: the first box of the copy.
            before: the first box of the copy before it, None for the first copy.
            length: number of boxes in a copy.
        """

        def origin(read: Read) -> _Origin:
            home, place = self._place(read.source)
            moves = (*read.moves, read.places) if read.moves else ()
            if start <= home < start + length:
                return _Origin(_Copy.SAME, home - start, place, "", moves)
            if before is not None and before <= home < before + length:
                return _Origin(_Copy.BEFORE, home - before, place, "", moves)
            row, number = self.rows.step(read.source)
            return _Origin(_Copy.OTHER, 0, 0, row, read.moves, (number, *read.places))

        return [
            _Reads(
                (
                    _Origin(_Copy.OTHER, steps=_slice_written(part)),
                    *map(origin, self.reads.of(part.id)),
                ),
                tuple(
                    _Fork(kind, is_long, origin(Read(self.reads.origin(fork))))
                    for kind, is_long, fork in sorted(self.skips.get(part.id, ()))
                ),
            )
            for box in range(start, start + length)
            for part in self.operations[box]
        ]

    def is_shared(self, start: int, length: int) -> bool:
        """Whether the second copy adds no parameters: it is the same modules, called again."""
        if (shared := self.ownership.is_shared(start, length)) is not None:
            return shared
        parts = [part for box in range(start, start + length) for part in self.operations[box]]
        again = [
            part
            for box in range(start + length, start + 2 * length)
            for part in self.operations[box]
        ]
        return bool(parts) and all(
            part.path and part.path == other.path and part.calls != other.calls
            for part, other in zip(parts, again)
        )

    def is_parallel(self, start: int, length: int) -> bool:
        """Whether the second copy reads nothing of the first."""
        wiring = self._wiring(start + length, start, length)
        return not any(origin.copy is _Copy.BEFORE for reads in wiring for origin in reads.inputs)


def _attributes(operation: Operation) -> str:
    """What an operation is given, but for which slice one writes."""
    name = family(operation.type)
    if name in IDENTITY:
        return ""
    text = _text(operation)
    return numbered(text)[0] if name in _WRITES else text


def _slice_written(operation: Operation) -> tuple[int, ...]:
    """The numbers of the slice that an operation writes, if it writes one."""
    return numbered(_text(operation))[1] if family(operation.type) in _WRITES else ()


def _text(operation: Operation) -> str:
    return repr(sorted(operation.attributes.items()))


def _strides(one: Sequence[_Reads], next_one: Sequence[_Reads]) -> list[tuple[int, ...]]:
    """By how much each slice of what comes from elsewhere moves from one copy to the next."""
    return [
        tuple(after - before for before, after in zip(here.steps, there.steps))
        for reads, others in zip(one, next_one)
        for here, there in zip(reads.inputs, others.inputs)
        if there.copy is _Copy.OTHER
    ]


def _fits_first(first: Sequence[_Reads], pattern: Sequence[_Reads], *, is_loop: bool) -> bool:
    """Whether the first copy is wired as ``pattern``, the second, is.

    Where the second reads from the first, the first reads from outside, always the same for the
    same place. For another place it is another tensor, but that the states of a loop may all
    begin as one.
    """
    outside: dict[_Origin, _Origin] = {}

    def fits(here: _Origin, there: _Origin) -> bool:
        if there.copy is not _Copy.BEFORE:
            return here == there
        return here.copy is _Copy.OTHER and outside.setdefault(there, here) == here

    for here, there in zip(first, pattern):
        if len(here.inputs) != len(there.inputs) or not all(map(fits, here.inputs, there.inputs)):
            return False
        if [fork[:2] for fork in here.forks] != [fork[:2] for fork in there.forks]:
            return False
    return is_loop or len(set(outside.values())) == len(outside)
