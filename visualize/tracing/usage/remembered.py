"""What operators return on fake tensors, remembered.

Torch takes a tenth of a millisecond to find that out, each time, although nothing but the shapes of
arguments decides it: longer than all else in a run without values. So it is asked once for an
operator and a set of shapes, and what it answers is made again by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import nn

from visualize.core.torch_internals import (
    FakeTensor,
    FakeTensorMode,
    storage_id,
    without_torch_function,
)
from visualize.tracing.lasting import LastingCalls

__all__ = ["Remembered"]

_CPU = torch.device("cpu")
_META = torch.device("meta")
_DTYPES = frozenset(
    {
        torch.float64, torch.float32, torch.float16, torch.bfloat16,
        torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool,
    }
)  # fmt: skip
_TENSORS = frozenset({FakeTensor, torch.Tensor, nn.Parameter})
_PLAIN = frozenset({int, float, bool, str, type(None)})


@dataclass(frozen=True, slots=True)
class _New:
    """A tensor with a storage of its own, which it fills."""

    shape: torch.Size
    strides: tuple[int, ...]
    dtype: torch.dtype

    def make(self, mode: FakeTensorMode, given: Sequence[torch.Tensor]) -> Any:
        elements = torch.empty_strided(self.shape, self.strides, dtype=self.dtype, device=_META)
        return FakeTensor(mode, elements, _CPU)


@dataclass(frozen=True, slots=True)
class _View:
    """A tensor in the storage of a given one."""

    of: int
    shape: torch.Size
    strides: tuple[int, ...]
    offset: int
    dtype: torch.dtype

    def make(self, mode: FakeTensorMode, given: Sequence[torch.Tensor]) -> Any:
        elements = torch.empty((0,), dtype=self.dtype, device=_META)
        storage = given[self.of].untyped_storage()
        elements.set_(storage, self.offset, self.shape, self.strides)
        return FakeTensor(mode, elements, _CPU)


@dataclass(frozen=True, slots=True)
class _Given:
    """A given tensor itself."""

    number: int

    def make(self, mode: FakeTensorMode, given: Sequence[torch.Tensor]) -> Any:
        return given[self.number]


@dataclass(frozen=True, slots=True)
class _Several:
    """A tuple or list of tensors, None where it holds None."""

    kind: type
    items: tuple[_New | _View | _Given | None, ...]

    def make(self, mode: FakeTensorMode, given: Sequence[torch.Tensor]) -> Any:
        return self.kind([item and item.make(mode, given) for item in self.items])


_One: TypeAlias = _New | _View | _Given
_LASTING: LastingCalls[_One | _Several] = LastingCalls()


@dataclass(frozen=True)
class Remembered:
    """Runs operators on the fake tensors of a mode, each only once for a set of shapes."""

    mode: FakeTensorMode

    def call(
        self, run: Callable[..., Any], func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        """What ``run(func, args, kwargs)`` returns."""
        given: list[torch.Tensor] = []
        key = _key(func, args, kwargs, given)
        known = None if key is None else _LASTING.get(key)
        if known is not None:
            with without_torch_function():
                return known.make(self.mode, given)
        result = run(func, args, kwargs)
        if key is not None and key == _key(func, args, kwargs, []):  # or it resized an argument
            form = _form(result, given)
            if form is not None:
                _LASTING.keep(func, key, form)
        return result


def _key(
    func: Any, args: Sequence[Any], kwargs: Mapping[str, Any], given: list[torch.Tensor]
) -> Any:
    """What decides what an operator returns, whose tensors are added to ``given``.

    None where that is more than the shapes of its tensors.
    """
    try:
        parts = _part((*args, *kwargs.items()), given)
        key = (func, torch.get_default_dtype(), parts)
        hash(key)
        if not any(type(tensor) is FakeTensor for tensor in given):
            return None
    except (_UnclearError, TypeError):
        return None
    return key


class _UnclearError(Exception):
    """A tensor is more than its shape."""


def _part(value: Any, given: list[torch.Tensor]) -> Any:
    kind = type(value)
    if kind in _TENSORS:
        given.append(value)
        return kind is FakeTensor, _layout(value)
    if kind is tuple or kind is list:
        return tuple([(i.__class__, i) if type(i) in _PLAIN else _part(i, given) for i in value])
    if isinstance(value, torch.Tensor):
        raise _UnclearError
    return kind, value  # 1, 1.0 and True are equal


def _layout(tensor: torch.Tensor) -> Any:
    """How a tensor lies in its storage."""
    dtype = tensor.dtype
    if dtype not in _DTYPES or tensor.layout is not torch.strided or tensor.is_neg():
        raise _UnclearError
    if type(tensor) is FakeTensor:
        if tensor.constant is not None or tensor.fake_device != _CPU:
            raise _UnclearError
    elif tensor.device != _CPU:
        raise _UnclearError
    return tensor.shape, tensor.stride(), tensor.storage_offset(), dtype


def _form(result: Any, given: Sequence[torch.Tensor]) -> _One | _Several | None:
    """The form of what an operator returned; None if it cannot be made by hand."""
    storages: dict[int | None, int | None] = {}
    for number, tensor in enumerate(given):
        storages.setdefault(storage_id(tensor), number)  # views are those of the first argument
    if type(result) not in (tuple, list):
        return _form_of_one(result, given, storages)
    items = [None if item is None else _form_of_one(item, given, storages) for item in result]
    if any(item is not None and form is None for item, form in zip(result, items)):
        return None
    return _Several(type(result), tuple(items))


def _form_of_one(
    result: Any, given: Sequence[torch.Tensor], storages: dict[int | None, int | None]
) -> _One | None:
    """The form of a tensor.

    ``storages`` has the numbers of given tensors by storage, and None for those of other results,
    to which that of this one is added.
    """
    if type(result) is not FakeTensor:
        return None
    for number, tensor in enumerate(given):
        if result is tensor:
            return _Given(number)
    try:
        shape, strides, offset, dtype = _layout(result)
    except _UnclearError:
        return None
    storage = storage_id(result)
    if storage in storages:
        of = storages[storage]
        return None if of is None else _View(of, shape, strides, offset, dtype)
    storages[storage] = None
    last = sum((size - 1) * stride for size, stride in zip(shape, strides))
    needed = (last + 1) * dtype.itemsize if shape.numel() else 0
    if offset or result.untyped_storage().nbytes() != needed:
        return None
    return _New(shape, strides, dtype)
