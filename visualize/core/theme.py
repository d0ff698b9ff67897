"""The look of a figure: colours, type and line styles."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field


class Dashes(str, enum.Enum):
    """How a line is interrupted."""

    SOLID = "solid"
    DASHED = "dashed"
    DOTTED = "dotted"


class LineStyle(str, enum.Enum):
    """How a line is drawn: what distinguishes kinds of arrows without colour."""

    SOLID = "solid"
    DASHED = "dashed"
    DOTTED = "dotted"
    DOUBLE = "double"
    DOUBLE_DASHED = "double dashed"
    TRIPLE = "triple"

    @property
    def strands(self) -> int:
        """The number of lines that run side by side."""
        if self is LineStyle.TRIPLE:
            return 3
        return 2 if self in (LineStyle.DOUBLE, LineStyle.DOUBLE_DASHED) else 1

    @property
    def dashes(self) -> Dashes:
        """How each of its lines is interrupted."""
        if self in (LineStyle.DASHED, LineStyle.DOUBLE_DASHED):
            return Dashes.DASHED
        return Dashes.DOTTED if self is LineStyle.DOTTED else Dashes.SOLID


@dataclass(frozen=True, slots=True)
class Tint:
    """The two colours of a box."""

    fill: str
    line: str


@dataclass(frozen=True, slots=True)
class Stroke:
    """How the arrows of one kind of skip connection are drawn; ``width`` is in points."""

    color: str
    style: LineStyle
    width: float


@dataclass(frozen=True, slots=True)
class Mark:
    """How a difference shows what became of boxes and arrows: the fill of a box, and the line."""

    fill: str
    stroke: Stroke


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours, type and line styles; sizes are in points.

    Attributes:
        font: the name of a family, or a font file.
        size: of the first line of a box.
        detail_size: of all other text but the title.
        background: of the page.
        text: the colour of text.
        muted: the colour of text that matters less.
        line: the colour of arrows that are not skip connections.
        neutral: boxes without a colour of their own.
        terminal: inputs and outputs.
        merge: the circles of merges.
        frame: frames around repeated parts.
        stages: one tint per stage; they begin again where a model has more stages.
        skips: the line of each kind of skip connection.
        marks: what is added, removed, changed and moved, in the figure of a difference.
        ramp: the fills of boxes with little and with much of what ``--color-by`` measures.
        line_width: of boxes and arrows.
        night: the colours for readers in dark mode, if they differ.
    """

    font: str
    size: float
    detail_size: float
    background: str
    text: str
    muted: str
    line: str
    neutral: Tint
    terminal: Tint
    merge: Tint
    frame: Tint
    stages: tuple[Tint, ...]
    skips: Mapping[str, Stroke]
    marks: Mapping[str, Mark] = field(repr=False)  # not among what an id of a figure is made of
    ramp: tuple[str, str] = ("#ffffff", "#a8a8a8")
    line_width: float = 0.8
    night: Theme | None = None

    @property
    def letter_inset(self) -> float:
        """Between the letter of a detail and the border of the box in whose corner it is."""
        return 0.6 * self.detail_size
