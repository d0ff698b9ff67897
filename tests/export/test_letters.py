"""A first row gives way to letters, if it must."""

from __future__ import annotations

from tests.layouts import THEME
from visualize.core.fonts import text_width
from visualize.core.page import Area
from visualize.export.letters import beside_letters, letters_center

ROW = "6 Bottlenecks"
WIDTH = text_width(ROW, THEME.size, THEME.font)


def test_a_row_gives_way_to_letters_that_it_would_meet() -> None:
    wide, narrow = Area(0, 0, WIDTH + 60, 20), Area(0, 0, WIDTH + 14, 20)
    assert beside_letters(ROW, "A", wide, THEME) == wide.center[0]
    assert beside_letters(ROW, "", narrow, THEME) == narrow.center[0]
    middle = beside_letters(ROW, "A", narrow, THEME)
    letters = letters_center("A", narrow, THEME)
    half = text_width("A", THEME.detail_size, THEME.font) / 2
    assert middle < narrow.center[0]
    assert middle + WIDTH / 2 < letters[0] - half
    assert letters[0] + half < narrow.right
