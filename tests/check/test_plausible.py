"""Places that are on no page, and colours that are none, are refused; other colours are read."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from visualize.check import check_figure
from visualize.check.drawn import Drawn, DrawnArrow, DrawnBox, DrawnText
from visualize.check.index import AreaIndex
from visualize.check.plausible import color_of, plausible
from visualize.check.rules import RULES
from visualize.core.errors import FigureError
from visualize.core.page import Area

PAGE = Area(0, 0, 100, 100)
HERE = Area(10, 10, 60, 30)
CORPUS = Path(__file__).parents[1] / "fuzz" / "corpus"


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), 1e7, -1e300])
def test_places_on_no_page(number: float) -> None:
    far = Area(number, 0, 5, 5)
    for drawn in (
        Drawn(far, "#ffffff"),
        Drawn(PAGE, "#ffffff", texts=[DrawnText("a", far, 9, "#000000")]),
        Drawn(PAGE, "#ffffff", texts=[DrawnText("a", HERE, number, "#000000")]),
        Drawn(PAGE, "#ffffff", boxes=[DrawnBox("a", far, "#ffffff", "#000000")]),
        Drawn(PAGE, "#ffffff", arrows=[DrawnArrow("a", ((0, 0), (0, number)), "#000000", "1 pt")]),
    ):
        with pytest.raises(FigureError, match="on no page"):
            plausible(drawn, "x.svg")


def test_colours_are_of_one_form() -> None:
    arrows = [DrawnArrow("a", ((0, 0), (0, 9)), color, "1 pt") for color in ("none", "red")]
    box = DrawnBox("a", HERE, "#FFF", "none")
    read = plausible(Drawn(PAGE, "White", boxes=[box], arrows=arrows), "x.svg")
    assert (read.background, read.boxes[0].fill, read.boxes[0].line) == ("#ffffff",) * 3
    assert [arrow.color for arrow in read.arrows] == ["#ff0000"]


@pytest.mark.parametrize("color", ["", "#12", "#12345g", "url(#x)", "no colour", "#" * 10**6])
def test_colours_that_are_none(color: str) -> None:
    with pytest.raises(ValueError, match="is not known") as raised:
        color_of(color)
    assert len(str(raised.value)) < 100


def test_large_areas_are_found_soon() -> None:
    areas = [Area(-5e5, -5e5, 5e5 + number, 5e5) for number in range(60)]
    begin = time.process_time()
    index = AreaIndex([*areas, HERE])
    assert len(list(index.pairs())) == 61 * 60 // 2
    assert time.process_time() - begin < 5


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'fill="', b'fill="#zzzzzz" x="'),
        (b'transform="translate(', b'transform="translate(,'),
        (b"<?xml version='1.0' encoding='utf-8'?>", b"<?xml version='1.0' encoding='inf'?>"),
        (b" d=\"M", b" d=\"M1e308,1e308 L"),
        (b" d=\"M", b" d=\"M0,0C1e300,0,0,1e300,9,9 L"),
    ],
)  # fmt: skip
def test_figures_with_nonsense_are_one_line(before: bytes, after: bytes) -> None:
    data = (CORPUS / "svg" / "blocks.svg").read_bytes()
    data = data.replace(before, after) if before in data else after + data
    with pytest.raises(FigureError) as raised:
        check_figure(data, "svg", name="x.svg")
    assert len(str(raised.value).splitlines()) == 1


def test_an_arrow_drawn_again_and_again_is_one() -> None:
    points = tuple((float(x), float(y)) for x in range(0, 600, 20) for y in (0, 20))
    arrow = DrawnArrow("a to b", points, "#000000", "1 pt solid")
    begin = time.process_time()
    assert not [*RULES["arrow over arrow"](Drawn(PAGE, "#ffffff", arrows=[arrow] * 2000))]
    assert time.process_time() - begin < 5
