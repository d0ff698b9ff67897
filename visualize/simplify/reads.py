"""What operations read: tensors that others computed, seen through what only moves them."""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Mapping
from typing import NamedTuple

from visualize.core.architecture import Architecture, NodeKind, Operation
from visualize.core.operators import IDENTITY, MOVES, SLICE, family

_NUMBER = re.compile(r"-?\b\d+\b")


def numbered(text: str) -> tuple[str, tuple[int, ...]]:
    """A text without its numbers, and these.

    >>> numbered("['slice(None, None, None)', 4]")
    ("['slice(None, None, None)', #]", (4,))
    """
    return _NUMBER.sub("#", text), tuple(map(int, _NUMBER.findall(text)))


class Read(NamedTuple):
    """A tensor that an operation reads.

    Attributes:
        source: the operation that computed it.
        moves: what moved it on its way: slicing, but for the numbers of a slice, and reshaping;
            also what does nothing in inference, of whatever kind, if it is drawn.
        places: these numbers, such as the time step that a slice takes.
        movers: the operations that moved it.
        position: index among the inputs of the operation that reads it.
        data: whether it is computed from the inputs of the model.
    """

    source: str
    moves: tuple[Hashable, ...] = ()
    places: tuple[int, ...] = ()
    movers: tuple[str, ...] = ()
    position: int = 0
    data: bool = True


class Reads:
    """What every operation of an exact graph reads, and who reads it.

    What only moves data belongs to whoever reads the result. So it makes no difference to which
    box it was put, and two time steps of a sequence differ in nothing but a number.

    Args:
        exact: the graph of all operations.
        apart: ids of operations that are drawn as boxes of their own.
        sides: ids of operations with side boxes, whose results count as data.
    """

    def __init__(
        self,
        exact: Architecture,
        apart: Collection[str] = (),
        sides: Collection[str] = frozenset(),
    ) -> None:
        self.exact = exact
        self._apart = apart
        self._origins: dict[str, Read] = {}
        self._all: dict[str, tuple[Read, ...]] = {}
        self._data: dict[str, tuple[Read, ...]] = {}
        self.users: dict[str, list[str]] = {node: [] for node in exact.graph}
        for one in exact.operations:
            reads = tuple(
                self._origins[source]._replace(
                    position=wire.position, data=wire.data or source in sides
                )
                for source, _, wire in exact.inputs(one.id)
                if wire.tensor
            )
            self._all[one.id] = reads
            data = self._data[one.id] = tuple([read for read in reads if read.data])
            self._origins[one.id] = self._origin(one, reads)
            if not self.moves(one.id):
                for read in data:
                    self.users[read.source].append(one.id)

    def of(self, node: str) -> tuple[Read, ...]:
        """The data that an operation reads, by position."""
        return self._data[node]

    def everything(self, node: str) -> Mapping[int, Read]:
        """What an operation reads, constants and parameters too, by position."""
        return {read.position: read for read in self._all[node]}

    def origin(self, node: str) -> str:
        """The operation that computed the values which an operation returns."""
        return self._origins[node].source

    def moves(self, node: str) -> bool:
        """Whether an operation only moves data."""
        return self._origins[node].source != node

    def _origin(self, one: Operation, reads: tuple[Read, ...]) -> Read:
        """Where the values that an operation returns were computed: before it, if it moves them."""
        name = family(one.type)
        if name not in MOVES or one.kind is NodeKind.CONSTANT or len(reads) != 1:
            return Read(one.id)
        (read,) = reads
        if name in IDENTITY and one.id not in self._apart:
            return read
        places = read.places
        move: tuple[Hashable, ...] = ("identity",)
        if name not in IDENTITY:
            text = repr(sorted(one.attributes.items()))
            if name in SLICE:
                text, numbers = numbered(text)
                places += numbers
            move = (name, text, *((tensor.shape, tensor.dtype) for tensor in one.outputs))
        return read._replace(
            moves=(*read.moves, move),
            places=places,
            movers=(*read.movers, one.id),
        )
