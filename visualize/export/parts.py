"""What is drawn of a scene, and what is the same in all scenes of a figure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from visualize.core.choices import Direction
from visualize.core.palette import Palette
from visualize.core.theme import Theme
from visualize.export import picture as drawn


@dataclass(frozen=True)
class Look:
    """What is the same in the whole figure.

    Attributes:
        theme: fonts and widths.
        direction: where the flow goes on the page.
        palette: the colours.
        text_ids: of the texts that are elements of their own, in the order in which they are made.
    """

    theme: Theme
    direction: Direction
    palette: Palette
    text_ids: Iterator[str] = field(
        default_factory=lambda: (f"text-{number}" for number in itertools.count(1))
    )


@dataclass(frozen=True, slots=True)
class Parts:
    """What is drawn of a scene, in the order in which it is painted."""

    frames: tuple[drawn.Frame, ...]
    boxes: tuple[drawn.Box, ...]
    trunks: tuple[drawn.Line, ...]
    arrows: tuple[drawn.Arrow, ...]
    brackets: tuple[drawn.Bracket, ...]

    def joined(self, other: Parts) -> Parts:
        """These parts, then those of another scene."""
        return Parts(
            self.frames + other.frames,
            self.boxes + other.boxes,
            self.trunks + other.trunks,
            self.arrows + other.arrows,
            self.brackets + other.brackets,
        )
