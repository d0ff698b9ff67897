"""Corners of boxes: alike, and clear of every text."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.nets import NETS
from visualize.check import check_figure
from visualize.core.page import Area
from visualize.export import Job
from visualize.export.corners import corner_radius, radius_beside
from visualize.export.picture import Picture

BOX = Area(0, 0, 100, 36)


class Gated(nn.Module):
    """In a column a box has three lines, of which the last is as long as the longest."""

    def __init__(self) -> None:
        super().__init__()
        self.near = nn.Conv1d(24, 24, 3, padding=1)
        self.far = nn.Conv1d(24, 24, 3, padding=4, dilation=4)
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.scale * self.near(x).tanh() * self.far(x).sigmoid()


def squeezed(width: str) -> visualize.Figure:
    net = nn.Sequential(nn.Conv1d(2, 24, 7), *(Gated() for _ in range(5)))
    return visualize.draw(net, (1, 2, 256), width=width)


def pictured(figure: visualize.Figure) -> Picture:
    drawing = figure.drawing
    look = drawing.arranger
    return Job(drawing.scene, look.theme, look.direction, "", "", drawing.layout).picture


def test_boxes_are_rounded_by_a_third_of_their_height_up_to_a_limit() -> None:
    assert corner_radius(BOX) == 12
    assert corner_radius(Area(0, 0, 100, 18)) == 6
    assert corner_radius(Area(0, 0, 100, 300)) == 12


@pytest.mark.parametrize(("left", "top"), [(4, 1.7), (2, 4), (4, 4), (3, 2)])
def test_the_arc_is_as_far_from_the_text_as_asked(left: float, top: float) -> None:
    radius = radius_beside(BOX, Area(left, top, 60, 20), 1.5)
    distance = radius - math.hypot(radius - left, radius - top)
    assert distance == pytest.approx(1.5)


def test_every_corner_counts() -> None:
    corners = [Area(4, 2, 60, 9), Area(40, 2, 96, 9), Area(4, 27, 60, 34), Area(40, 27, 96, 34)]
    assert len({round(radius_beside(BOX, text, 1.5), 6) for text in corners}) == 1


def test_a_text_away_from_the_corners_leaves_them_round() -> None:
    assert radius_beside(BOX, Area(13, 2, 87, 10), 1.5) > 12
    assert radius_beside(BOX, Area(2, 13, 98, 20), 1.5) > 12


@pytest.mark.parametrize("text", [Area(0, 0, 60, 20), Area(-3, 4, 103, 12), Area(1, 1, 60, 20)])
def test_a_text_without_room_is_in_the_arc_all_the_same(text: Area) -> None:
    radius = radius_beside(BOX, text, 1.5)
    across, down = max(0.0, text.left), max(0.0, text.top)
    assert math.hypot(radius - across, radius - down) <= radius + 1e-9


def test_boxes_of_one_height_are_rounded_alike() -> None:
    boxes = pictured(squeezed("3.17in")).boxes
    radii: dict[float, set[float]] = {}
    for box in boxes:
        if not box.is_circle:
            radii.setdefault(round(box.area.height, 2), set()).add(round(box.radius, 4))
    assert all(len(found) == 1 for found in radii.values())
    assert any(min(found) < height / 3 - 1 for height, found in radii.items())


def test_circles_stay_circles() -> None:
    net, shapes = NETS["residual"]
    circles = [box for box in pictured(visualize.draw(net(), shapes)).boxes if box.is_circle]
    assert circles
    assert all(box.radius == box.area.width / 2 for box in circles)


@pytest.mark.parametrize("width", ["2.9in", "3.17in"])
@pytest.mark.parametrize("format_name", ["svg", "pdf", "tex"])
def test_no_text_touches_a_corner(width: str, format_name: str) -> None:
    figure = squeezed(width)
    found = check_figure(figure.render(format_name)[format_name], format_name)
    assert [str(one) for one in found if one.rule == "text over border"] == []
