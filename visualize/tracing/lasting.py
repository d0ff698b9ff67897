"""What is remembered from one trace to the next: calls of torch's own functions on meta tensors."""

from __future__ import annotations

import types
from typing import Any, Generic, TypeVar

import torch

from visualize.core.torch_internals import OpOverload

_MOST = 1 << 13  # calls; those of two or three dozen models
_OF_C = (
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
)
_OF_PYTHON = frozenset(("torch.nn.functional", "torch.functional", "torch._tensor"))
# Types whose values are small, never change and refer to nothing.
_PLAIN = frozenset(
    {
        int, float, bool, str, type(None), type(Ellipsis),
        torch.dtype, torch.device, torch.layout, torch.memory_format,
    }
)  # fmt: skip
_TYPES = _PLAIN | {torch.Tensor, torch.nn.Parameter}

Known = TypeVar("Known")


class LastingCalls(Generic[Known]):
    """A table of calls that is shared by all traces and threads, and emptied when full.

    A call is kept only if nothing but its key can decide what it does, and if its key refers
    to no object of the model: the function is torch's own, and its arguments are plain
    values, and tensors of torch's own classes, described by their shapes and types.
    """

    def __init__(self) -> None:
        self._known: dict[Any, Known] = {}

    def get(self, key: Any) -> Known | None:
        """What is known of the call with this key."""
        return self._known.get(key)

    def keep(self, func: Any, key: Any, known: Known) -> None:
        """Keep what is known of a call of ``func``, if it may last."""
        if not (_is_of_torch(func) and _is_plain(key[1:])):
            return
        if len(self._known) >= _MOST:
            self._known = {}
        self._known[key] = known


def _is_of_torch(func: Any) -> bool:
    """Whether ``func`` is a function or method of torch that computes."""
    if isinstance(func, types.FunctionType):
        return func.__module__ in _OF_PYTHON
    if isinstance(func, OpOverload):
        return func.namespace == "aten"
    return isinstance(func, _OF_C)


def _is_plain(value: Any) -> bool:
    """Whether a part of a key holds plain values and their types alone."""
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    return type(value) in _PLAIN or value in _TYPES
