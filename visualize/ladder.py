"""The ladder of `auto`: what is tried for a figure, the most detailed first."""

from __future__ import annotations

from dataclasses import dataclass, replace

from visualize.core.choices import Level
from visualize.options import FigureOptions


@dataclass(frozen=True)
class Rung:
    """How much a figure shows.

    Attributes:
        level: the level.
        depth: how many modules below the model everything is collapsed; None where the level
            alone decides.
        explained: whether what is inside closed blocks is shown beside them.
        by_scale: whether all that a U does at one resolution is one box on each side.
    """

    level: Level
    depth: int | None = None
    explained: bool = False
    by_scale: bool = False

    @property
    def plain(self) -> Rung:
        """The same without details."""
        return replace(self, explained=False)


# What `auto` tries, in this order. A figure of one closed box that holds most of the model comes
# after all others.
LADDER = (
    Rung(Level.LAYER),
    Rung(Level.SUBLAYER),
    Rung(Level.BLOCK, explained=True),
    Rung(Level.STAGE, explained=True),
    Rung(Level.STAGE, 3, explained=True),
    Rung(Level.STAGE, 2, explained=True),
    Rung(Level.STAGE, 1, explained=True),
    Rung(Level.BLOCK),
    Rung(Level.STAGE),
    Rung(Level.STAGE, 3),
    Rung(Level.STAGE, 2),
    Rung(Level.STAGE, 1),
    Rung(Level.STAGE, explained=True, by_scale=True),
    Rung(Level.STAGE, 1, explained=True, by_scale=True),
    Rung(Level.STAGE, by_scale=True),
    Rung(Level.STAGE, 1, by_scale=True),
)


def rungs(options: FigureOptions) -> tuple[Rung, ...]:
    """What is tried for a figure, the most detailed first."""
    ladder: tuple[Rung, ...] = LADDER
    if options.level is not Level.AUTO:
        ladder = (Rung(options.level, explained=True), Rung(options.level))
    if options.named_details:
        return tuple(rung for rung in ladder if rung.explained) or ladder[-1:]
    return tuple(rung for rung in ladder if not rung.explained or options.shows_details)
