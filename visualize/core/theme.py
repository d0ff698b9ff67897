"""The look of a figure: colours, type and line styles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tint:
    """Colours of a box."""

    fill: str
    line: str


@dataclass(frozen=True, slots=True)
class Stroke:
    """How the arrows of one kind of skip connection are drawn; ``width`` is in points."""

    color: str
    style: str
    width: float


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours, type and line styles; sizes are in points.

    ``ramp`` holds the colours of little and much, ``line_width`` is that of boxes and
    arrows. ``night`` holds the colours for readers in dark mode, where they differ.
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
    ramp: tuple[str, str] = ("#ffffff", "#a8a8a8")
    line_width: float = 0.8
    night: Theme | None = None
