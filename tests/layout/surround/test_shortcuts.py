"""Arcs beside closed boxes keep clear of all else, and go with the flow."""

from __future__ import annotations

import pytest

import visualize
from visualize.core.layout import Layout


def layout(direction: str, **options: object) -> Layout:
    figure = visualize.draw("resnet50", level="block", direction=direction, **options)
    assert not figure.check()
    return figure.drawing.layout


@pytest.mark.parametrize("direction", ["TB", "LR", "BT"])
def test_arcs_are_beside_their_boxes(direction: str) -> None:
    placed = layout(direction)
    boxes = {one.box.id: one for one in placed.boxes}
    closed = [one for one in placed.boxes if one.box.shortcut]
    assert [one.box for one in placed.shortcuts] == [one.box.id for one in closed]
    for arc in placed.shortcuts:
        area = boxes[arc.box].rectangle
        assert area.start < arc.route.start.along < arc.route.end.along < area.end
        assert arc.route.bounds().high > area.high
        others = [one.rectangle for one in placed.boxes if one.box.id != arc.box]
        assert not any(arc.route.bounds().overlaps(other) for other in others)
        assert arc.kind == boxes[arc.box].box.shortcut


def test_panels_have_them_too() -> None:
    figure = visualize.draw("maxvit_t", level="block", details=["MaxVitLayer"])
    arcs = [arc for one in figure.drawing.layout.details for arc in one.layout.shortcuts]
    assert arcs
    names = {box.id for box in figure.scene.all_boxes}
    assert {arc.box for arc in arcs} <= names


def test_they_are_drawn_in_their_style() -> None:
    svg = visualize.draw("resnet50").render("svg")["svg"].decode()
    assert svg.count('class="edge shortcut skip identity"') == 4
    assert svg.count('class="edge shortcut skip projection"') == 4
