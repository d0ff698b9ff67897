"""Text as shapes: as wide as the font has it, on its baseline."""

from __future__ import annotations

import re

import pytest

from visualize.core.fonts import FAMILY, text_width
from visualize.core.fonts.outlines import Outlines


def places(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+),(-?[\d.]+)", path)]


def test_letters_are_where_their_widths_put_them() -> None:
    single, pair = (Outlines(FAMILY).path(text, 10, (100, 50)) for text in ("H", "HH"))
    shift = text_width("H", 10)
    assert pair.startswith(single)
    for (x, y), (left, top) in zip(places(pair[len(single) :]), places(single), strict=True):
        assert (x, y) == pytest.approx((left + shift, top), abs=0.011)


def test_a_capital_is_above_its_baseline() -> None:
    heights = [y for _, y in places(Outlines(FAMILY).path("H", 10, (0, 50)))]
    assert max(heights) == 50
    assert 42 < min(heights) < 44


def test_only_lines_and_cubic_curves() -> None:
    path = Outlines(FAMILY).path("3×3 conv, 64 · é → Ω", 9, (0, 0))
    assert set(re.findall("[A-Za-z]", path)) == {"M", "L", "C", "Z"}


def test_spaces_and_what_no_font_has_are_left_out() -> None:
    assert Outlines(FAMILY).path(" \U000f0000", 9, (0, 0)) == ""
