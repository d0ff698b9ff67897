"""When parts of a graph are equal: the same operations, attributes, shapes and wiring."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from visualize.core.architecture import Architecture, Layer, NodeKind
from visualize.core.operators import CONCAT, IDENTITY, family, merge_type

# Where something comes from: a place in the same copy, one in the copy before, or another node.
_Origin = tuple[str, int | str]
_SYMMETRIC = CONCAT | frozenset({"stack", "sum", "output"})


class Sameness:
    """Compares runs of boxes by the exact operations in them.

    Only operations on data count: sizes, masks and tables that are computed from constants alone
    stand with their first user, and parameters with every operation that they reach. Rates of
    dropout, which do nothing in inference and are not drawn, may differ.

    Args:
        exact: the graph of all operations.
        boxes: the boxes that hold them, in order.
    """

    def __init__(self, exact: Architecture, boxes: Sequence[Layer]) -> None:
        self.exact = exact
        self.sources = {
            node: [source for source, _, wire in exact.inputs(node) if wire.data]
            for node in exact.graph
        }
        self.users: dict[str, list[str]] = {node: [] for node in exact.graph}
        for node, sources in self.sources.items():
            for source in sources:
                self.users[source].append(node)
        self.owners = self._weight_owners()
        self._numbers: dict[Hashable, int] = {}
        self.constants = self._constants()
        self.operations = [
            [part for part in box.operations if self._is_compared(part)] for box in boxes
        ]
        # Of each operation on data: its box, and its place among the operations of that box.
        self.places = {
            part.id: (index, place)
            for index, parts in enumerate(self.operations)
            for place, part in enumerate(parts)
        }
        self.skips: dict[str, list[tuple[str, bool, str]]] = {}
        for skip in exact.skips:
            told = (skip.kind.value, skip.long, skip.fork)
            self.skips.setdefault(skip.merge, []).append(told)
        self.signatures = [self._signature(box, index) for index, box in enumerate(boxes)]

    def _is_compared(self, part: Layer) -> bool:
        """Whether an operation works on data; where the flow ends is none of the last copy's."""
        works = self.sources[part.id] or part.kind is NodeKind.INPUT
        return bool(works) and part.kind is not NodeKind.OUTPUT

    def _weight_owners(self) -> dict[str, frozenset[tuple[str, tuple[int, ...]]]]:
        """For each node, the parameters that it works with, as path and shape."""
        owners: dict[str, frozenset[tuple[str, tuple[int, ...]]]] = {}
        for layer in self.exact.layers:
            own = {(f"{layer.path} {place}", shape) for place, shape in enumerate(layer.weights)}
            for source, _, wire in self.exact.inputs(layer.id):
                if not wire.data and not self.sources[source]:
                    own |= owners[source]
            owners[layer.id] = frozenset(own)
        return owners

    def _constants(self) -> dict[str, int]:
        """A number for how each tensor comes about that depends on no input of the model."""
        numbers: dict[str, int] = {}
        for layer in self.exact.layers:
            if self.sources[layer.id] or layer.kind is NodeKind.INPUT:
                continue
            numbers[layer.id] = self.number(
                (self._work(layer), self._constant_inputs(layer.id, numbers))
            )
        return numbers

    def _constant_inputs(self, node: str, numbers: Mapping[str, int]) -> tuple[int, ...]:
        return tuple(
            numbers[source]
            for source, _, wire in self.exact.inputs(node)
            if wire.tensor and not wire.data and source in numbers
        )

    def _work(self, layer: Layer) -> Hashable:
        """What an operation does, whatever it reads."""
        return (
            layer.type,
            layer.kind,
            layer.module_class,
            "" if family(layer.type) in IDENTITY else repr(sorted(layer.attributes.items())),
            tuple((tensor.shape, tensor.dtype) for tensor in layer.outputs),
        )

    def _signature(self, box: Layer, index: int) -> int:
        """A number that boxes share which hold the same operations, wired alike inside."""
        told = (
            box.role,
            box.type,
            tuple(
                (
                    self._work(part),
                    self._constant_inputs(part.id, self.constants),
                    tuple(sorted(shape for _, shape in self.owners[part.id])),
                    tuple(
                        place if home == index else -1
                        for home, place in map(self._place, self.sources[part.id])
                    ),
                )
                for part in self.operations[index]
            ),
        )
        return self.number(told)

    def number(self, told: Hashable) -> int:
        """The same number for equal values."""
        return self._numbers.setdefault(told, len(self._numbers))

    def _place(self, node: str) -> tuple[int, int]:
        return self.places.get(node, (-1, -1))

    def copies(self, start: int, length: int, most: int) -> int:
        """How many equal copies of ``length`` boxes follow each other from ``start``.

        The boxes of all ``most`` candidates have equal signatures; this compares their wiring.
        """
        pattern = self._wiring(start + length, start, length)
        if not _fits_first(self._wiring(start, None, length), pattern):
            return 1
        sharing = self._sharing(start, start + length, length)
        count = 2
        while count < most:
            here = start + count * length
            same = self._wiring(here, here - length, length) == pattern
            if not same or self._sharing(start, here, length) != sharing:
                break
            count += 1
        return self._untapped(start, length, count)

    def _wiring(self, start: int, before: int | None, length: int) -> list[Any]:
        """Where each input, and the fork of each skip connection, of a copy comes from."""
        found: list[Any] = []

        def origin(node: str) -> _Origin:
            home, place = self._place(node)
            if start <= home < start + length:
                return f"in {home - start}", place
            if before is not None and before <= home < before + length:
                return f"before {home - before}", place
            return "out", node

        for box in range(start, start + length):
            for part in self.operations[box]:
                found.append([origin(source) for source in self.sources[part.id]])
                found.append(
                    sorted(
                        (kind, is_long, origin(fork))
                        for kind, is_long, fork in self.skips.get(part.id, ())
                    )
                )
        return found

    def _sharing(self, one: int, other: int, length: int) -> list[int]:
        """How many parameters each operation of a copy has in common with that of another."""
        return [
            len(self.owners[here.id] & self.owners[there.id])
            for box in range(length)
            for here, there in zip(self.operations[one + box], self.operations[other + box])
        ]

    def is_shared(self, start: int, length: int) -> bool:
        """Whether the second copy has no parameters of its own: the same modules called again."""
        parts = [part for box in range(start, start + length) for part in self.operations[box]]
        own = [len(self.owners[part.id]) for part in parts]
        if any(own):
            return own == self._sharing(start, start + length, length)
        again = [
            part
            for box in range(start + length, start + 2 * length)
            for part in self.operations[box]
        ]
        return all(
            part.path and part.path == other.path and part.scope != other.scope
            for part, other in zip(parts, again)
        )

    def is_parallel(self, start: int, length: int) -> bool:
        """Whether the second copy reads nothing of the first."""
        wiring = self._wiring(start + length, start, length)
        return not any(where.startswith("before") for inputs in wiring[::2] for where, _ in inputs)

    def _untapped(self, start: int, length: int, count: int) -> int:
        """So many copies that nothing else uses a result of one in their middle.

        What uses the same result of every copy may: a concat of all of them, say.
        """
        taps = [self._taps(start + number * length, length, 2) for number in range(count)]
        while count > 1:
            last = self._taps(start + (count - 1) * length, length, 1)
            if not taps[0] <= last or not all(self._is_symmetric(user) for *_, user in taps[0]):
                return 1
            odd = next((n for n in range(count - 1) if taps[n] != taps[0]), None)
            if odd is None:
                return count
            # The last copy may feed anything: the run ends with the one that is tapped.
            count = odd + 1
        return count

    def _taps(self, start: int, length: int, copies: int) -> set[tuple[int, int, str]]:
        """What uses which results of a copy, outside of so many ``copies`` from it on."""
        taps = set()
        for box in range(start, start + length):
            for place, part in enumerate(self.operations[box]):
                for user in self.users[part.id]:
                    home, _ = self._place(user)
                    if not start <= home < start + copies * length:
                        taps.add((box - start, place, user))
        return taps

    def _is_symmetric(self, user: str) -> bool:
        """Whether an operation treats all its inputs alike, as a sum or a concat does."""
        kind = self.exact.layer(user).type
        return merge_type(kind) == "add" or family(kind) in _SYMMETRIC


def _fits_first(first: Sequence[Any], pattern: Sequence[Any]) -> bool:
    """Whether the first copy is wired as ``pattern``, the second, is.

    Where the second reads from the first, the first reads from outside, always the same for the
    same place.
    """
    outside: dict[_Origin, _Origin] = {}

    def fits(here: _Origin, there: _Origin) -> bool:
        if not there[0].startswith("before"):
            return here == there
        return here[0] == "out" and outside.setdefault(there, here) == here

    for number, (here, there) in enumerate(zip(first, pattern)):
        if len(here) != len(there):
            return False
        if number % 2 == 0:
            if not all(map(fits, here, there)):
                return False
        elif [told[:2] for told in here] != [told[:2] for told in there]:
            return False
    return True
