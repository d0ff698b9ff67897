"""Copies of a box, aligned: which operation of each does the work of which of the first.

Copies may differ by reshapes in the code around them, so that their operations are not simply at
the same positions:

    first    linear  view   add
    other    linear   ·     add  getitem     "view" has no counterpart, "getitem" goes with "add"
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from visualize.core.diagram import Box
from visualize.core.module_path import spelled


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


def copy_names(paths: Sequence[str]) -> tuple[str, ...]:
    """By what copies differ: the part of their paths in which they differ, else their number.

    >>> copy_names(["layers.0", "layers.1"]), copy_names(["a.0.mlp", "a.1.mlp"])
    (('[0]', '[1]'), ('[0]', '[1]'))
    >>> copy_names(["encoder", "decoder"]), copy_names(["block", "block"])
    (('encoder', 'decoder'), ('1 of 2', '2 of 2'))
    """
    steps = [tuple(path.split(".")) for path in paths]
    if len(set(steps)) < len(steps):
        return tuple(f"{number} of {len(paths)}" for number in range(1, len(paths) + 1))
    before = _shared(steps)
    rests = [path[before:] for path in steps]
    after = _shared([rest[::-1] for rest in rests])
    return tuple(spelled(".".join(rest[: len(rest) - after])) for rest in rests)


def _shared(paths: Sequence[tuple[str, ...]]) -> int:
    """With how many steps all of them begin."""
    alike = itertools.takewhile(lambda steps: len(set(steps)) == 1, zip(*paths))
    return sum(1 for _ in alike)
