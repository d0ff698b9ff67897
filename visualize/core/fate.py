"""What becomes of an operation from one model to another."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass


class Status(str, enum.Enum):
    """What became of an operation, or of several alike."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    RENAMED = "renamed"
    REWIRED = "rewired"


SHOWN = (Status.ADDED, Status.REMOVED, Status.CHANGED, Status.MOVED)
"""What a figure of a difference distinguishes, in the order of its legend."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What a figure shows of an operation that differs. Operations with other fates are not equal.

    Attributes:
        status: what became of it.
        notes: what is different: ``kernel 3×3 → 5×5``.
    """

    status: Status
    notes: tuple[str, ...] = ()

    @property
    def kind(self) -> tuple[Status, tuple[str, ...]]:
        """The same without numbers: that of parts which differ in their widths.

        >>> Fate(Status.CHANGED, ("width 64 → 128",)).kind[1]
        ('width  → ',)
        """
        return self.status, tuple(re.sub(r"\d+", "", note) for note in self.notes)
