"""Copies of objects that a run moves on or writes to: iterators, random numbers, arrays, files."""

from __future__ import annotations

import array
import copy
import io
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

import torch

from visualize.core.errors import UntraceableError


def with_its_own_state(value: Any) -> Any:
    """A copy of ``value``, if it has a state that using it changes; else the object itself.

    In the place of what cannot be copied, such as what a generator function returned, is one that
    refuses to be used: the model would find its own used up.
    """
    if isinstance(value, torch.Generator):
        return value.clone_state()
    kind = type(value)
    if isinstance(value, (bytearray, array.array)) or _is_numpy_array(kind):
        return copy.copy(value)
    iterates = isinstance(value, Iterator) and kind.__module__ in _OF_PYTHON
    if iterates or kind.__module__.partition(".")[0] == "random" or _is_of_numpy_random(kind):
        try:
            return copy.deepcopy(value)
        except Exception:  # of many kinds, by what it iterates over
            return NotCopied(kind.__name__) if iterates else value
    if isinstance(value, (io.StringIO, io.BytesIO)):
        return copy.deepcopy(value)
    return NotCopied(kind.__name__) if _is_read_from(value) else value


_OF_PYTHON = ("builtins", "itertools")


class NotCopied:
    """In the place of an object whose state cannot be copied.

    Args:
        kind: the name of its class, for an error.
    """

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def _refuse(self) -> NoReturn:
        raise UntraceableError(
            f"forward moves on an object of type {self._kind} that cannot be put back",
            line=self._kind,
            hint="give the model a list in its place, or make it in forward",
        )

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        self._refuse()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()


def _is_read_from(value: Any) -> bool:
    """Whether an object is an open file whose place moves on as it is read."""
    return isinstance(value, io.IOBase) and not value.closed and value.readable()


def _is_numpy_array(kind: type) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and issubclass(kind, numpy.ndarray)


def _is_of_numpy_random(kind: type) -> bool:
    return kind.__module__.startswith("numpy.random")
