"""Which part of a storage a tensor is, and which index of another tensor picks it."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import torch

from visualize.core.torch_internals import unwrapped_tensor, without_torch_function

Index = tuple[slice | int, ...]

_ALL = slice(None)


class Region(NamedTuple):
    """How a tensor lies in its storage."""

    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    dtype: torch.dtype

    def index_in(self, whole: Region) -> Index | None:
        """The index of ``whole`` that gives this; None if no index does.

        >>> whole = Region(0, (2, 4), (4, 1), torch.float32)
        >>> Region(2, (2, 2), (4, 1), torch.float32).index_in(whole)
        (slice(None, None, None), slice(2, None, None))
        >>> Region(4, (4,), (1,), torch.float32).index_in(whole)
        (1, slice(None, None, None))
        """
        first = whole._place_of(self)
        return None if first is None else _index(whole, self, first, 0, 0)

    def is_apart_from(self, other: Region) -> bool:
        """Whether two regions of one storage have no element in common, as far as strides show.

        >>> left = Region(0, (2, 2), (4, 1), torch.float32)
        >>> left.is_apart_from(Region(2, (2, 2), (4, 1), torch.float32)), left.is_apart_from(left)
        (True, False)
        """
        if self.dtype != other.dtype:
            return False
        if self._end() <= other.offset or other._end() <= self.offset:
            return True
        if self.strides != other.strides or not all(self.strides):
            return False
        one, two = _coordinates(self.offset, self.strides), _coordinates(other.offset, self.strides)
        if not (_fits(one, self) and _fits(two, other)):
            return False
        return any(
            here + size <= there or there + length <= here
            for here, size, there, length in zip(one, self.shape, two, other.shape)
        )

    def _end(self) -> int:
        """Where this ends in the storage."""
        if 0 in self.shape:
            return self.offset
        return self.offset + sum((n - 1) * step for n, step in zip(self.shape, self.strides)) + 1

    def _place_of(self, part: Region) -> tuple[int, ...] | None:
        """Where in this the first element of ``part`` is."""
        rest = part.offset - self.offset
        if self.dtype != part.dtype or rest < 0 or 0 in part.shape or not all(self.strides):
            return None
        place = _coordinates(rest, self.strides)
        at = sum(one * step for one, step in zip(place, self.strides))
        inside = all(one < size for one, size in zip(place, self.shape))
        return place if at == rest and inside else None


def region_of(tensor: torch.Tensor) -> Region | None:
    """How a tensor lies in its storage.

    None for those without strides, and for those that a transformation such as ``torch.vmap``
    wraps, which have other dimensions than what is stored.
    """
    if unwrapped_tensor(tensor) is not None or tensor.layout is not torch.strided:
        return None
    with without_torch_function():
        shape, strides = tuple(map(int, tensor.shape)), tuple(map(int, tensor.stride()))
        return Region(int(tensor.storage_offset()), shape, strides, tensor.dtype)


def _coordinates(offset: int, strides: tuple[int, ...]) -> tuple[int, ...]:
    """How many steps along each dimension lead to ``offset``."""
    steps = dict.fromkeys(range(len(strides)), 0)
    for dimension in sorted(steps, key=lambda one: -strides[one]):
        steps[dimension], offset = divmod(offset, strides[dimension])
    return tuple(steps.values())


def _fits(place: tuple[int, ...], region: Region) -> bool:
    """Whether a region that begins at ``place`` ends within each dimension."""
    order = sorted(range(len(place)), key=lambda one: -region.strides[one])
    return all(
        (place[inner] + region.shape[inner]) * region.strides[inner] <= region.strides[outer]
        for outer, inner in itertools.pairwise(order)
        if region.shape[outer] > 1 or place[outer]
    )


def _index(
    whole: Region, part: Region, first: tuple[int, ...], dimension: int, taken: int
) -> Index | None:
    """The index from ``dimension`` of ``whole`` on, which gives ``part`` from ``taken`` on."""
    if dimension == len(whole.shape):
        return () if taken == len(part.shape) else None
    start = first[dimension]
    if taken < len(part.shape):
        step = _step(whole, part, start, dimension, taken)
        rest = _index(whole, part, first, dimension + 1, taken + 1) if step else None
        if rest is not None:
            return (_slice(start, part.shape[taken], step, whole.shape[dimension]), *rest)
    rest = _index(whole, part, first, dimension + 1, taken)
    return None if rest is None else (start, *rest)


def _step(whole: Region, part: Region, start: int, dimension: int, taken: int) -> int:
    """The step of a slice of ``dimension`` that gives dimension ``taken`` of ``part``; else 0."""
    size, stride = part.shape[taken], part.strides[taken]
    if size == 1:
        return 1
    step, rest = divmod(stride, whole.strides[dimension])
    return step if not rest and start + (size - 1) * step < whole.shape[dimension] else 0


def _slice(start: int, size: int, step: int, length: int) -> slice:
    stop = start + (size - 1) * step + 1
    if start == 0 and step == 1 and stop == length:
        return _ALL
    return slice(start or None, None if stop == length else stop, None if step == 1 else step)
