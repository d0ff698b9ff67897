"""Descriptions of example inputs, before any tensor is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ExampleTensor:
    """A tensor to make up.

    Attributes:
        shape: its sizes, the batch included.
        dtype: name of its dtype.
        below: for integers, one more than the largest value, as the size of a vocabulary.
    """

    shape: tuple[int, ...]
    dtype: str = "float32"
    below: int | None = None


@dataclass(frozen=True)
class Example:
    """Arguments of ``forward``.

    Their leaves are `ExampleTensor`, or tensors where the values matter; lists, tuples and dicts
    of them are passed as such.
    """

    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
