"""A call of an operation: what it reads, its arguments, and the shape of what it returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from visualize.core.architecture import NodeKind, Operation, TensorSpec
from visualize.core.arguments import argument
from visualize.core.operators import family
from visualize.describe.receptive.maps import Map, Source
from visualize.describe.receptive.spans import UnknownError

Shape = tuple[int, ...]
_WIDEST = 2**20  # positions of a window, which are listed one by one


@dataclass(frozen=True)
class Operand:
    """A tensor that an operation reads.

    Attributes:
        tensor: its shape.
        map: what it sees; None if it is no data.
        several: the maps of all tensors of a collection.
        narrow: the sizes it had before it was spread over larger ones.
    """

    tensor: TensorSpec
    map: Map | None
    several: tuple[Map, ...] = ()
    narrow: Shape = ()


@dataclass(frozen=True)
class Call:
    """A call of an operation.

    Attributes:
        operation: the operation.
        operands: the tensors that it reads, by position.
        places: the axes of inputs that windows slide along, which handlers add to.
    """

    operation: Operation
    operands: tuple[Operand, ...]
    places: set[Source] = field(default_factory=set)

    @property
    def family(self) -> str:
        """The family of the operation."""
        one = self.operation
        # A product with a weight counts as a linear layer, whichever of its factors that is.
        name = one.type if one.kind is NodeKind.FUNCTION else one.does
        return family(name.removeprefix("torch.nn."))

    @property
    def shape(self) -> Shape:
        """The shape of the first tensor it returns."""
        return self.operation.outputs[0].shape

    @property
    def maps(self) -> list[Map]:
        """What the data sees that it reads."""
        return [one.map for one in self.operands if one.map is not None]

    @property
    def data(self) -> Map:
        """What the first data sees that it reads."""
        return self.maps[0]

    def argument(self, position: int, *names: str, default: Any = None) -> Any:
        """The plain value of an argument."""
        value = argument(self.operation, position, *names)
        return default if value is None else value

    def numbers(self, position: int, *names: str) -> list[int] | None:
        """An argument that is a number, several of them, or all arguments from a position on."""
        value = self.argument(position, *names)
        if isinstance(value, int) and not isinstance(value, bool):
            values = [value]
            while type(more := self.argument(position + len(values))) is int:
                values.append(more)
            return values
        if isinstance(value, (list, tuple)) and all(isinstance(one, int) for one in value):
            return list(value)
        return None

    def axis(self, position: int, *names: str, default: int | None = None) -> int:
        """An argument that is an axis of the data, counted from its first."""
        value = self.argument(position, *names, default=default)
        if not isinstance(value, int):
            raise UnknownError
        return value % len(self.data.axes)

    def sizes(self, count: int, name: str, position: int, default: Sequence[int]) -> list[int]:
        """An argument that has a number for each of ``count`` axes, or one for all of them."""
        value = self.argument(position, name)
        found = value if isinstance(value, (list, tuple)) else [value]
        if any(isinstance(one, int) and abs(one) > _WIDEST for one in found):
            raise UnknownError
        if isinstance(value, int):
            return [value] * count
        if isinstance(value, (list, tuple)) and len(value) in (1, count):
            return list(value) * (count // len(value))
        return list(default)

    def slides(self, axis: int, operand: Map | None = None) -> None:
        """Note that a window slides along an axis of the data.

        What only repeats along it, as do channels that became rows in between, is no place.
        """
        self.places.update((operand or self.data).flattened(axis).moving(axis))
