"""A figure of closed blocks explains one of them at least where there is room."""

from __future__ import annotations

from dataclasses import replace

import pytest

import visualize
from visualize.check.closed import closed_blocks, unexplained
from visualize.check.drawn import Drawn, DrawnBox, DrawnText
from visualize.check.svg import read_svg
from visualize.core.page import Area

BOX = DrawnBox(
    "a", Area(10, 10, 110, 40), "#ffffff", "#000000", parameters=8, lines=("Block, 8",), closed=True
)
LETTER = DrawnText("A", Area(100, 12, 105, 18), 7.0, "#000000", of_panel=True)


def drawn(*boxes: DrawnBox, texts: tuple[DrawnText, ...] = (), page: Area | None = None) -> Drawn:
    return Drawn(page or Area(0, 0, 200, 300), "#ffffff", list(texts), list(boxes))


def test_a_closed_block_without_a_panel() -> None:
    other = replace(BOX, name="b", area=Area(10, 60, 110, 90))
    (message,) = closed_blocks(drawn(BOX, other), None)
    assert message.startswith("no panel shows what is inside “Block, 8” and 1 more, and there is")
    assert unexplained(drawn(BOX, other, texts=(LETTER,))) == [other]


@pytest.mark.parametrize(
    "figure",
    [
        drawn(BOX, texts=(LETTER,)),
        drawn(replace(BOX, closed=False)),
        drawn(replace(BOX, parameters=0)),
        drawn(replace(BOX, detail=True)),
        drawn(BOX, page=Area(0, 0, 200, 600)),  # the page is full
        drawn(BOX, page=Area(0, 0, 120, 300)),  # a panel would be wider
    ],
    ids=["explained", "open", "without parameters", "in a panel", "full", "narrow"],
)
def test_there_is_nothing_to_explain(figure: Drawn) -> None:
    assert list(closed_blocks(figure, None)) == []


def test_letters_are_read_from_a_figure() -> None:
    figure = visualize.draw("resnet50")
    closed = [box for box in read_svg(figure.svg.encode(), "").boxes if box.closed]
    assert {box.name for box in closed} == {
        box.id for box in figure.scene.boxes if box.role == "block"
    }
    assert unexplained(read_svg(figure.svg.encode(), "")) == []
    assert "closed blocks" not in {one.rule for one in figure.check()}


def test_what_a_reader_closed_needs_no_panel() -> None:
    figure = visualize.draw("resnet50", level="block", details="none").svg
    shut = figure.replace('data-kind="Bottleneck"', 'data-shut="true" data-kind="Bottleneck"')
    assert unexplained(read_svg(figure.encode(), ""))
    assert unexplained(read_svg(shut.encode(), "")) == []


def test_a_figure_knows_its_page() -> None:
    """Beside a slim figure there is room on a whole page, and none in a column."""
    without = visualize.draw("resnet50", level="block", details="none")
    assert "closed blocks" in {one.rule for one in without.check()}
    column = visualize.draw("resnet50", level="block", details="none", width="3.25in")
    assert "closed blocks" not in {one.rule for one in column.check()}


@pytest.mark.parametrize(
    ("page", "found"), [((340, 300), False), ((360, 300), True), ((200, 530), True)]
)
def test_room_for_a_panel(page: tuple[float, float], found: bool) -> None:
    assert len(list(closed_blocks(drawn(BOX), page))) == found
