"""Boxes are in the frames, stages and panels around them."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

import visualize
from tests.nets import NETS
from visualize.export.formats import Job
from visualize.export.nesting import Nest, nested
from visualize.export.picture import Box

SVG = "{http://www.w3.org/2000/svg}"


def boxes(nest: Nest) -> list[Box]:
    """All boxes in a nest, in order."""
    return [box for one in nest.inside for box in ([one] if isinstance(one, Box) else boxes(one))]


@pytest.mark.parametrize("level", ["layer", "block", "stage"])
@pytest.mark.parametrize("name", NETS)
def test_every_box_is_in_one_place(name: str, level: str) -> None:
    make, inputs = NETS[name]
    figure = visualize.draw(make(), inputs, level=level)
    job = Job(figure.scene, figure.theme, figure.direction, name, "", figure.drawing.layout)
    found = boxes(nested(job.picture, job.scene))
    assert sorted(box.id for box in found) == sorted(box.id for box in job.picture.boxes)


def test_boxes_are_in_their_stages_and_frames_with_their_facts() -> None:
    figure = visualize.draw("resnet18")
    root = ET.fromstring(figure.svg)
    (stage,) = (one for one in root.iter(f"{SVG}g") if one.get("data-path") == "layer1")
    assert "stage" in stage.get("class", "")
    (frame,) = (one for one in stage if one.get("class") == "cluster frame")
    assert frame.get("data-repeat") == "2"
    inside = [one for one in frame if "box" in one.get("class", "").split()]
    assert [one.get("data-kind") for one in inside] == ["Conv2d", "Conv2d", "add"]
    assert inside[0].get("data-path") == "layer1.0.conv1"
    assert inside[0].get("data-shape") == "64×56×56"
    for one in root.iter(f"{SVG}g"):
        if "box" in one.get("class", "").split():
            assert one.get("tabindex") == "0"
            assert one.find(f"{SVG}title") is not None


def test_panels_come_after_the_overview_with_what_is_in_them() -> None:
    figure = visualize.draw("resnet50")
    root = ET.fromstring(figure.svg)
    (graph,) = (one for one in root if one.get("class") == "graph")
    panels = [one for one in graph if one.get("data-kind") == "detail"]
    assert len(panels) == len(figure.scene.details)
    for panel, detail in zip(panels, figure.scene.details):
        boxes = [one for one in panel.iter() if "box" in one.get("class", "").split()]
        assert len(boxes) == len(detail.scene.boxes)
        assert {one.get("data-detail") for one in boxes} == {detail.letter}
