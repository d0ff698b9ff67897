"""Title and legend surround the figure, and the page has room for all."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from tests.layouts import THEME, scene
from visualize.core.choices import Direction
from visualize.core.geometry import Rectangle
from visualize.core.layout import Page
from visualize.layout.corners import Corners
from visualize.layout.densities import ROOMY
from visualize.layout.surround.page import Surrounder

DRAWN = scene(list(itertools.pairwise("abc")), [("a", "c")])
AREA = Corners.of(Rectangle(0, 100, -40, 40), Direction.TB)


def surrounder(page: Page, title: str = "") -> Surrounder:
    return Surrounder(replace(DRAWN, title=title), THEME, page, ROOMY.page)


def test_the_title_is_above_and_the_legend_below() -> None:
    around = surrounder(Page(), "A title").surround(AREA, DRAWN.skip_kinds)
    (entry,) = around.legend
    assert entry.text == "identity shortcut"
    assert around.title[1] > 0
    assert entry.center[1] < -100
    assert around.low[0] < -40 < 40 < around.high[0]
    assert around.low[1] < entry.center[1] < around.title[1] < around.high[1]


def test_the_legend_has_no_sample_of_what_has_no_line() -> None:
    around = surrounder(Page(), "A title").surround(AREA, ())
    assert not around.legend
    assert around.low[1] > -120


def test_a_page_of_exact_width_is_filled() -> None:
    around = surrounder(Page(width=500.0, exact=True)).surround(AREA, DRAWN.skip_kinds)
    assert around.size[0] == pytest.approx(500)


def test_title_and_legend_take_from_the_height() -> None:
    plain, titled = (surrounder(Page(), title).size for title in ("", "A title"))
    assert titled[1] < plain[1] < Page().height
    assert titled[0] == Page().width - 2 * ROOMY.page.pad
