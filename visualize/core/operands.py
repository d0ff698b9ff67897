"""What an operation combines its data with: a weight, parameters or a constant."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weight:
    """The kernel, matrix or table that an operation works with.

    Attributes:
        shape: as the operation reads it, in the layout of torch: after a transposition, or as it
            comes out of a parametrisation.
        inputs: how many channels or features go in, those of all groups; the rows of a table.
        outputs: how many come out.
        learned: whether it is computed from parameters alone.
        groups: how many groups of channels a convolution keeps apart.
        members: how many of them are used side by side, as by an ensemble under ``torch.vmap``.
    """

    shape: tuple[int, ...]
    inputs: int
    outputs: int
    learned: bool = True
    groups: int = 1
    members: int = 1

    @property
    def size(self) -> int:
        """How many numbers it has, in all its members."""
        return self.members * math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class Constant:
    """What an operation combines its data with: a number, or a tensor that is no data.

    Attributes:
        name: as a figure shows it, ``3`` or ``gain[0]``; empty if it is computed.
        first: whether it is the first operand, as in ``1 - x``.
        shape: of a tensor; None for a number.
        fill: the number that a tensor is filled with, if it makes the result no larger.
    """

    name: str
    first: bool = False
    shape: tuple[int, ...] | None = None
    fill: float | None = None


def each_once(amounts: Iterable[Mapping[str, int]]) -> int:
    """The sum of amounts by name, such as those of parameters that several operations share.

    >>> each_once([{"shared": 4, "own": 1}, {"shared": 4}])
    5
    """
    known: dict[str, int] = {}
    for amount in amounts:
        known.update(amount)
    return sum(known.values())
