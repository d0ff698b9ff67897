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
        least: for integers, the smallest value, as the length of a sequence.
    """

    shape: tuple[int, ...]
    dtype: str = "float32"
    below: int | None = None
    least: int = 0


class Fields(dict[str, Any]):
    """Named values, which a model may read as items or as attributes.

    >>> batch = Fields(left=1)
    >>> batch.left, batch["left"]
    (1, 1)
    """

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


@dataclass(frozen=True)
class Example:
    """Arguments of ``forward``.

    Their leaves are `ExampleTensor`, or tensors where the values matter; lists, tuples, dicts
    and `Fields` of them are passed as such.
    """

    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
