"""What a user can choose between. Nothing here is slow to import."""

from __future__ import annotations

import enum


class Tracer(str, enum.Enum):
    """Which tracer to use."""

    AUTO = "auto"
    SYMBOLIC = "symbolic"
    RECORDED = "recorded"


class Level(str, enum.Enum):
    """How much a figure shows, from all operations to stages only."""

    AUTO = "auto"
    STAGE = "stage"
    BLOCK = "block"
    LAYER = "layer"
    OP = "op"


class Direction(str, enum.Enum):
    """Where the flow goes on the page: top to bottom, left to right or bottom to top."""

    TB = "TB"
    LR = "LR"
    BT = "BT"

    @property
    def is_vertical(self) -> bool:
        """Whether the flow goes up or down the page."""
        return self is not Direction.LR

    def size(self, width: float, height: float) -> tuple[float, float]:
        """Extent along and across the flow of something that is so wide and high on the page."""
        return (height, width) if self.is_vertical else (width, height)

    def on_page(self, point: tuple[float, float]) -> tuple[float, float]:
        """Page coordinates of ``(along, across)``; y grows upwards, as in PostScript."""
        along, across = point
        if self is Direction.LR:
            return along, across
        return across, -along if self is Direction.TB else along


class ColorBy(str, enum.Enum):
    """What the colours of boxes tell."""

    STAGE = "stage"
    TYPE = "type"
    PARAMETERS = "parameters"
    MACS = "macs"
    MEMORY = "memory"
    NORM = "norm"
    SPARSITY = "sparsity"


# What is told of the values of weights.
OF_VALUES = frozenset({ColorBy.NORM, ColorBy.SPARSITY})
