"""What is drawn of a scene, and what is the same in all scenes and for all things of a figure."""

from __future__ import annotations

import math
from dataclasses import dataclass

from visualize.core.choices import Direction
from visualize.core.element_names import ElementNames
from visualize.core.geometry import Point
from visualize.core.page import Area
from visualize.core.palette import Palette
from visualize.core.theme import Theme
from visualize.export import picture as drawn
from visualize.export.curves import APART

_STRAIGHT = 0.01


@dataclass(frozen=True)
class Look:
    """What is the same in the whole figure.

    Attributes:
        theme: fonts and widths.
        direction: where the flow goes on the page.
        palette: the colours.
        names: of what the figure shows, from which ids of elements are made.
    """

    theme: Theme
    direction: Direction
    palette: Palette
    names: ElementNames

    def panel_id(self, letter: str) -> str:
        """The id of the frame around a detail."""
        return f"detail-{self.names.details[letter]}"


@dataclass(frozen=True, slots=True)
class Parts:
    """What is drawn of a scene, in the order in which it is painted."""

    frames: tuple[drawn.Frame, ...]
    boxes: tuple[drawn.Box, ...]
    trunks: tuple[drawn.Line, ...]
    arrows: tuple[drawn.Arrow, ...]
    shortcuts: tuple[drawn.Shortcut, ...]
    brackets: tuple[drawn.Bracket, ...]

    def joined(self, other: Parts) -> Parts:
        """These parts, then those of another scene."""
        return Parts(
            self.frames + other.frames,
            self.boxes + other.boxes,
            self.trunks + other.trunks,
            self.arrows + other.arrows,
            self.shortcuts + other.shortcuts,
            self.brackets + other.brackets,
        )


def outlines(box: drawn.Box) -> tuple[tuple[Area, float], ...]:
    """The outlines of a box with their radius: of a double border the outer one first."""
    strands = box.border.style.strands if box.border else 1
    return tuple(
        (box.area.shrunk(APART * strand), max(box.radius - APART * strand, 0.0))
        for strand in range(strands)
    )


def leading(path: list[Point]) -> list[Point]:
    """A path without curves of no length at its end: a head needs a direction."""
    while len(path) > 4 and math.dist(path[-4], path[-1]) < _STRAIGHT:
        path = path[:-3]
    return path
