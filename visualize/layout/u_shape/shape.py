"""The parts of a U: its two sides, what is between them and what feeds both."""

from __future__ import annotations

from dataclasses import dataclass

from visualize.layout.order import Part
from visualize.layout.units import Unit


@dataclass(frozen=True, slots=True)
class Row:
    """A skip from one side to the other.

    Attributes:
        fork: the unit on the left that it leaves.
        merge: the unit on the right at which it arrives.
        links: the indices of its links: all that lead straight from fork to merge, or those from
            the fork over the laterals to the merge, one after the other.
        laterals: the units that work on the skip, in the order of the flow.
        is_level: whether fork and merge are side by side, so that it is straight.
    """

    fork: Unit
    merge: Unit
    links: tuple[int, ...]
    laterals: tuple[Unit, ...] = ()
    is_level: bool = True


@dataclass(frozen=True, slots=True)
class Feed:
    """What many units of both sides read, such as the embedding of a time step.

    Attributes:
        part: what makes it.
        source: the last unit of it, which they read.
        links: the indices of the links from there.
    """

    part: Part
    source: Unit
    links: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class UShape:
    """A flow that goes down and comes up again.

    Attributes:
        left: the parts on the way down, in the order of the flow.
        bottom: the part in the middle below, if nothing but its neighbours is linked with it.
        right: the parts on the way up, in the order of the flow.
        rows: the skips between them, outermost first.
        feeds: what both sides read.
    """

    left: tuple[Part, ...]
    bottom: Unit | None
    right: tuple[Part, ...]
    rows: tuple[Row, ...]
    feeds: tuple[Feed, ...] = ()

    @property
    def level_rows(self) -> tuple[Row, ...]:
        """The skips that are straight, outermost first."""
        return tuple(row for row in self.rows if row.is_level)
