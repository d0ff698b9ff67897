"""The letters in the corner of a box that panels explain."""

from __future__ import annotations

from visualize.core.fonts import text_width
from visualize.core.page import Area, Place
from visualize.core.theme import Theme


def letters_center(letters: str, area: Area, theme: Theme) -> Place:
    """The middle of ``letters`` in the upper right corner of a box."""
    width = text_width(letters, theme.detail_size, theme.font)
    return area.right - theme.letter_inset - width / 2, area.top + theme.detail_size


def beside_letters(row: str, letters: str, area: Area, theme: Theme) -> float:
    """The middle of the first row of a box, which gives way to its ``letters`` if it must."""
    middle = area.center[0]
    if not letters:
        return middle
    end = middle + text_width(row, theme.size, theme.font) / 2
    # Twice the distance from the border: a PDF sets text up to a twentieth wider.
    start = area.right - 3 * theme.letter_inset - text_width(letters, theme.detail_size, theme.font)
    return middle - max(0.0, end - start)
