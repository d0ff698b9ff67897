"""Hyperparameters as numbers, whatever a module of that class, or a file, holds under their names.

A class that a user wrote may give its own meaning to ``stride``; a value of another shape is as
unknown as one that is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeGuard

from visualize.core.architecture import Operation


def number(operation: Operation, name: str) -> int | None:
    """A hyperparameter that is a whole number; None if it is missing or something else.

    >>> from visualize.core.architecture import NodeKind
    >>> layer = Operation("a", NodeKind.MODULE, "A", attributes={"num_heads": 8, "groups": "all"})
    >>> number(layer, "num_heads"), number(layer, "groups")
    (8, None)
    """
    value = operation.attributes.get(name)
    return value if _is_whole(value) else None


def numbers(operation: Operation, name: str) -> tuple[int, ...]:
    """A hyperparameter that is one whole number, or one for each axis; empty if it is neither.

    >>> from visualize.core.architecture import NodeKind
    >>> layer = Operation("c", NodeKind.MODULE, "Conv2d",
    ...     attributes={"stride": [2, 1], "dilation": 3, "kernel_size": [[3], "x"]})
    >>> [numbers(layer, name) for name in ("stride", "dilation", "kernel_size", "padding")]
    [(2, 1), (3,), (), ()]
    """
    value = operation.attributes.get(name)
    found = value if isinstance(value, (list, tuple)) else (value,)
    return tuple(found) if all(map(_is_whole, found)) else ()


def per_axis(sizes: Sequence[int]) -> str:
    """A stride or dilation: one number if it is the same along each axis; empty if it is 1.

    >>> per_axis((2, 2)), per_axis((1, 2, 2)), per_axis((1,))
    ('2', '1×2×2', '')
    """
    if set(sizes) <= {1}:
        return ""
    return str(sizes[0]) if len(set(sizes)) == 1 else "×".join(map(str, sizes))


def factor(operation: Operation, name: str) -> float | None:
    """A hyperparameter that is a number, or the first of several; None if it is neither.

    >>> from visualize.core.architecture import NodeKind
    >>> layer = Operation("u", NodeKind.MODULE, "Upsample", attributes={"scale_factor": [2.0, 2.0]})
    >>> factor(layer, "scale_factor"), factor(layer, "mode")
    (2.0, None)
    """
    value = operation.attributes.get(name)
    first = next(iter(value), None) if isinstance(value, (list, tuple)) else value
    is_number = isinstance(first, (int, float)) and not isinstance(first, bool)
    return first if is_number else None


def _is_whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
