"""Texts in rows that are no wider than there is room for, as far as their words allow."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

# Where a row may end, and how many rows it is worth not to end there: between facts, behind a
# comma, between words (a number stays with what it counts, and both sides of an arrow together),
# and within a name of several words written as one.
_BREAKS = (
    (re.compile(r" · "), 0.0),
    (re.compile(r"(?<=,) "), 0.1),
    (re.compile(r"(?<![\d→×=,·]) (?![→×=·])"), 0.3),
    (re.compile(r"(?<=[a-z\d])(?=[A-Z][a-z])"), 0.6),
)
# How many rows a point is worth by which one is wider than there is room for.
_BEYOND = 10.0
# How many rows it is worth that rows are about equally wide.
_UNEVEN = 0.2


def wrapped(text: str, room: float, measure: Callable[[str], float]) -> tuple[str, ...]:
    """A text in rows that are at most as wide as ``room``, if there are places to break it.

    It has as few rows as will do.

    >>> wrapped("2 residual, 3 gate · 52.3 k", 20, len)
    ('2 residual, 3 gate', '52.3 k')
    >>> wrapped("Linear, 768 → 1000", 12, len)
    ('Linear,', '768 → 1000')
    >>> wrapped("6 SwinTransformerBlocks, 96", 18, len)
    ('6 SwinTransformer', 'Blocks, 96')
    """
    if measure(text) <= room:
        return (text,)
    places = sorted(
        (*found.span(), cost) for pattern, cost in _BREAKS for found in pattern.finditer(text)
    )
    # The best rows up to each place: their cost, and the places where they end.
    best: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    ends = [(0, 0, 0.0), *places, (len(text), len(text), 0.0)]
    for number, (end, _, cost) in enumerate(ends[1:], start=1):
        widths = [measure(text[start:end]) for _, start, _ in ends[:number]]
        best.append(
            min(
                (before + cost + _row(width, room), (*rows, number))
                for (before, rows), width in zip(best, widths)
            )
        )
    kept = [0, *best[-1][1]]
    return tuple(text[ends[one][1] : ends[other][0]] for one, other in itertools.pairwise(kept))


def _row(width: float, room: float) -> float:
    """The cost of a row: of several of them, the one where they are about equally wide is least."""
    return 1.0 + _UNEVEN * (width / room) ** 2 + _BEYOND * max(0.0, width - room)
