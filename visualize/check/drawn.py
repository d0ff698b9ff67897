"""What a finished figure shows, as plain data read back from its file.

Lengths are in points, x grows to the right and y down.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from visualize.core.page import Area, Place, nearest

_ROUND = 0.1  # points by which a circle may be off


@dataclass(frozen=True, slots=True)
class DrawnText:
    """A line of text: the area of its letters, its size and colour.

    Attributes:
        of_frame: whether it is a line of the label of the frame that it lies in.
        of_panel: whether it is the letter of a panel, in the corner of a box that this explains.
    """

    text: str
    area: Area
    size: float
    color: str
    of_frame: bool = False
    of_panel: bool = False


@dataclass(frozen=True, slots=True)
class DrawnBox:
    """A filled shape: a box, the circle of a merge, or a frame around others.

    Attributes:
        name: what findings call it.
        area: the rectangle around it.
        radius: of its corners; half its width if it is a circle.
        fill: the colour inside.
        line: the colour of its outline.
        frame: whether others may lie on it.
        stage: the class of the stage whose colour it has; empty if the file does not name one.
        parameters: the parameters it holds, if the file gives them.
        repeat: the copies of a part of the model that it represents, if the file gives them.
        detail: whether it repeats what another box holds.
        lines: the texts in it, from top to bottom, if the file has them as text.
        closed: whether it is a block or stage that hides what is inside, if the file says so; not
            one that a reader of the page closed.
    """

    name: str
    area: Area
    fill: str
    line: str
    frame: bool = False
    stage: str = ""
    parameters: int | None = None
    repeat: int | None = None
    detail: bool = False
    lines: tuple[str, ...] = ()
    closed: bool = False
    radius: float = 0.0

    def is_entered(self, line: Sequence[Place], depth: float) -> bool:
        """Whether a line that runs through its area is ``depth`` inside: circles lack corners."""
        is_circle = 2 * self.radius > min(self.area.width, self.area.height) - _ROUND
        if not is_circle or abs(self.area.width - self.area.height) > _ROUND:
            return True
        middle = self.area.center
        return math.dist(nearest(line, middle), middle) < self.radius - depth

    def cuts(self, text: Area) -> bool:
        """Whether one of its corners runs through a text that lies in it.

        The corner of the text next to it is farther from the centre of the arc than the arc is.
        """
        across = min(text.left - self.area.left, self.area.right - text.right)
        down = min(text.top - self.area.top, self.area.bottom - text.bottom)
        is_beside = 0 <= across < self.radius and 0 <= down < self.radius
        return is_beside and math.hypot(self.radius - across, self.radius - down) > self.radius


@dataclass(frozen=True, slots=True)
class DrawnArrow:
    """A line, as straight parts.

    Attributes:
        name: what findings call it.
        points: the ends of its parts.
        color: its colour.
        style: everything but the colour that sets it apart from others: width and dashes.
        headed: whether it ends in an arrow head.
    """

    name: str
    points: tuple[Place, ...]
    color: str
    style: str
    headed: bool = True


@dataclass(frozen=True, slots=True)
class DrawnFont:
    """A font that the figure uses.

    Attributes:
        name: its family.
        embedded: whether it is in the file.
        outlines: whether its letters are outlines, unlike those of a Type 3 font.
        characters: those that the embedded font has; None if that is not known.
    """

    name: str
    embedded: bool
    outlines: bool = True
    characters: frozenset[str] | None = None


@dataclass(frozen=True)
class Drawn:
    """Everything that a figure shows, in the order in which it is painted.

    Attributes:
        page: the page.
        background: its colour.
        texts: lines of text.
        boxes: filled shapes.
        arrows: lines.
        fonts: the fonts that the texts use.
        parameters: those of the whole model, if the file gives them.
    """

    page: Area
    background: str
    texts: list[DrawnText] = field(default_factory=list)
    boxes: list[DrawnBox] = field(default_factory=list)
    arrows: list[DrawnArrow] = field(default_factory=list)
    fonts: list[DrawnFont] = field(default_factory=list)
    parameters: int | None = None
