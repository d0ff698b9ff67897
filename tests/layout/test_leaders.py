"""Lines from closed boxes to panels run clear of all else, or there are none."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

import visualize
from visualize.core.choices import Direction
from visualize.core.geometry import Point
from visualize.core.layout import Layout
from visualize.core.theme import Theme
from visualize.layout.corners import Corners
from visualize.layout.leaders import with_leaders


@pytest.fixture(scope="module")
def figure() -> visualize.Figure:
    return visualize.draw("resnet50")


@pytest.fixture(scope="module")
def layout(figure: visualize.Figure) -> Layout:
    return figure.drawing.layout


@pytest.fixture(scope="module")
def theme(figure: visualize.Figure) -> Theme:
    return figure.theme


def test_a_line_leads_from_a_box_to_the_panel_that_explains_it(layout: Layout) -> None:
    boxes = {one.box.id: Corners.of(one.rectangle, Direction.TB) for one in layout.boxes}
    panels = [(panel, panel.leader) for panel in layout.details if panel.leader]
    assert panels
    for panel, (start, end) in panels:
        corners = [(boxes[name].right, boxes[name].top) for name in panel.detail.of]
        assert min(math.dist(corner, start) for corner in corners) < 5
        assert end[0] == panel.low[0]
        assert panel.low[1] < end[1] < panel.high[1]


def test_a_line_begins_at_a_box_of_the_tint_of_its_panel(layout: Layout, theme: Theme) -> None:
    stages = {one.box.id: one.box.stage for one in layout.boxes}
    panel = layout.details[0]
    later = [name for name in panel.detail.of if stages[name] != panel.detail.stage]
    assert later
    moved = replace(panel, detail=replace(panel.detail, of=tuple(later)))
    (bare,) = with_leaders(replace(layout, details=(moved,)), Direction.TB, theme)
    assert bare.leader is None


def test_lines_cross_nothing(figure: visualize.Figure) -> None:
    panels = figure.drawing.layout.details
    assert figure.svg.count("-leader-") == sum(one.leader is not None for one in panels) > 0
    assert figure.check() == []


def test_what_is_in_between_leaves_no_line(layout: Layout, theme: Theme) -> None:
    """A box as high as the figure, before all panels."""
    around = Corners.of(layout.extent, Direction.TB)
    first = layout.boxes[0]
    center = Point(layout.extent.end / 2, around.right + 8)
    wall = replace(first, center=center, length=layout.extent.end, breadth=10.0)
    blocked = replace(layout, boxes=(*layout.boxes, wall))
    assert any(one.leader for one in with_leaders(layout, Direction.TB, theme))
    assert not any(one.leader for one in with_leaders(blocked, Direction.TB, theme))


def test_panels_below_and_far_away_have_letters_alone(layout: Layout, theme: Theme) -> None:
    (left, bottom), (right, top) = layout.details[0].low, layout.details[0].high
    for right_by, down_by in ((0.0, 900.0), (400.0, 0.0)):
        low, high = (left + right_by, bottom - down_by), (right + right_by, top - down_by)
        moved = replace(layout, details=(replace(layout.details[0], low=low, high=high),))
        (panel,) = with_leaders(moved, Direction.TB, theme)
        assert panel.leader is None
