"""Which part of a tensor an operation takes: disjoint slices are different tensors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from visualize.annotate.skips.flow import Flow
from visualize.core.arguments import argument
from visualize.core.operators import SLICE, family

_SLICE = re.compile(r"slice\((\w+|-\d+), (\w+|-\d+), (\w+|-\d+)\)")
_ALL = "..."


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of what a node returns.

    Attributes:
        tensor: which of several tensors; None if there is one.
        ranges: the indices it takes along the first dimensions.
    """

    tensor: int | None = None
    ranges: tuple[range, ...] = ()

    def overlaps(self, other: Piece) -> bool:
        """Whether two parts have values in common, as far as is known."""
        if self.tensor is not None and other.tensor is not None and self.tensor != other.tensor:
            return False
        return all(_meet(one, two) for one, two in zip(self.ranges, other.ranges))


WHOLE = Piece()


def piece_of(flow: Flow, reader: str, source: str) -> Piece:
    """The part of ``source`` that ``reader`` takes; all of it unless it is a slice.

    What cannot be known, such as an index that is computed, may be all of it.
    """
    name = family(flow.type(reader))
    if name not in SLICE:
        return WHOLE
    operation = flow.operations[reader]
    shape = flow.shape(source) or ()
    index = argument(operation, 1) if name == "getitem" else None
    if len(flow.operations[source].outputs) > 1:
        return Piece(index) if isinstance(index, int) else WHOLE
    if flow.shape(reader) == shape:
        return WHOLE
    if name == "getitem":
        return _indexed(index if isinstance(index, list) else [index], shape)
    if name in ("narrow", "select"):
        dim = argument(operation, 1, "dim")
        start = argument(operation, 2, "start", "index")
        length = argument(operation, 3, "length") if name == "narrow" else 1
        if all(isinstance(value, int) for value in (dim, start, length)) and shape:
            start %= shape[dim]
            return _along(dim % len(shape), range(start, start + length), shape)
    return WHOLE


def _along(dim: int, taken: range, shape: Sequence[int]) -> Piece:
    return Piece(ranges=(*(range(size) for size in shape[:dim]), taken))


def _indexed(index: Sequence[object], shape: Sequence[int]) -> Piece:
    """The part that an index of integers and slices takes."""
    index = [step for step in index if step != "None"]
    if _ALL in index:
        at = index.index(_ALL)
        missing = len(shape) - (len(index) - 1)
        index = [*index[:at], *["slice(None, None, None)"] * missing, *index[at + 1 :]]
    ranges = []
    for step, size in zip(index, shape):
        taken = _range(step, size)
        if taken is None:
            return WHOLE
        ranges.append(taken)
    return Piece(ranges=tuple(ranges))


def _range(step: object, size: int) -> range | None:
    if isinstance(step, int) and not isinstance(step, bool):
        return range(size)[step : step + 1 or None]
    found = _SLICE.fullmatch(step) if isinstance(step, str) else None
    if not found:
        return None
    bounds = [None if text == "None" else int(text) for text in found.groups()]
    return range(size)[slice(*bounds)]


def _meet(one: range, other: range) -> bool:
    if not one or not other or one[-1] < other[0] or other[-1] < one[0]:
        return False
    return one.step != other.step or one.step == 1 or (one[0] - other[0]) % one.step == 0
