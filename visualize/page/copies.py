"""Copies of a box, aligned: which operation of each does the work of which of the first.

Copies may differ by reshapes in the code around them, so that their operations are not simply at
the same positions:

    first    linear  view   add
    other    linear   ·     add  getitem     "view" has no counterpart, "getitem" goes with "add"
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from visualize.core.diagram import Box


@dataclass(frozen=True)
class Aligned:
    """One copy beside the first.

    Attributes:
        operations: for each operation of the first copy the one that does its work; None for none.
        others: operations without a counterpart, each with the position that it goes with.
    """

    operations: tuple[str | None, ...]
    others: tuple[tuple[int, str], ...] = ()


def aligned(box: Box) -> list[Aligned]:
    """The copies of a box beside the first, in order, that one included."""
    return [_beside(box.shown, copy) for copy in box.copies or (box,)]


def are_regular(box: Box) -> bool:
    """Whether all copies of a box have the same operations at the same positions."""
    return all(_types(copy) == _types(box.shown) for copy in box.copies)


def _beside(first: Box, copy: Box) -> Aligned:
    if _types(first) == _types(copy):
        return Aligned(copy.members)
    found: list[str | None] = [None] * len(first.operations)
    others: list[tuple[int, str]] = []
    matcher = difflib.SequenceMatcher(None, _types(first), _types(copy), autojunk=False)
    for _, start, end, other_start, other_end in matcher.get_opcodes():
        same = min(end - start, other_end - other_start)
        for step in range(other_end - other_start):
            node = copy.members[other_start + step]
            if step < same:
                found[start + step] = node
            else:
                others.append((max(0, min(end, len(found)) - 1), node))
    return Aligned(tuple(found), tuple(others))


def _types(box: Box) -> list[str]:
    return [one.does for one in box.operations]
