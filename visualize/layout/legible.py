"""Legibility: whether texts beside lines are clear of each other."""

from __future__ import annotations

from collections.abc import Iterator

from visualize.core.choices import Direction
from visualize.core.fonts import text_width
from visualize.core.geometry import Rectangle
from visualize.core.grid import Grid
from visualize.core.layout import Layout, PlacedText
from visualize.core.theme import Theme


def is_legible(layout: Layout, direction: Direction, theme: Theme) -> bool:
    """Whether no label of an arrow and no note lies on another, in panels neither."""
    seen: Grid[PlacedText] = Grid()
    for text in _texts(layout):
        width = text_width(text.text, text.size, theme.font)
        area = Rectangle.around(text.center, *direction.size(width, text.size))
        if any(seen.overlapping(area)):
            return False
        seen.add(area, text)
    return all(is_legible(one.layout, one.direction, theme) for one in layout.details)


def _texts(layout: Layout) -> Iterator[PlacedText]:
    yield from (arrow.label for arrow in layout.arrows if arrow.label)
    yield from layout.notes
