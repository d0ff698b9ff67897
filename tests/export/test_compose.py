"""Composing: from flow coordinates to the page, and texts that face what they belong to."""

from __future__ import annotations

import math

import pytest

import visualize
from tests.nets import NETS
from visualize.core.layout import PlacedBox
from visualize.export import Job
from visualize.export.picture import Arrow, Facing, Part, Picture, Text
from visualize.fitting import Drawing


def drawn(name: str, **options: object) -> tuple[Drawing, Picture]:
    net, shapes = NETS[name]
    drawing = visualize.draw(net(), shapes, **options).drawing
    look = drawing.arranger
    job = Job(drawing.scene, look.theme, look.direction, name, "", drawing.layout)
    return drawing, job.picture


def gap(text: Text, arrow: Arrow) -> float:
    """How far a text is from the line of its arrow, to its side."""
    half = text.width / 2
    edge = text.center[0] + {Facing.LEFT: -half, Facing.RIGHT: half, Facing.MIDDLE: 0}[text.facing]
    return min(abs(edge - x) for x, _ in arrow.corners)


@pytest.mark.parametrize("direction", ["TB", "LR", "BT"])
def test_boxes_follow_the_flow_down_right_or_up_the_page(direction: str) -> None:
    drawing, picture = drawn("squeeze_excite", direction=direction)
    along = {"TB": (0, 1), "LR": (1, 0), "BT": (0, -1)}[direction]
    placed: dict[str, PlacedBox] = {box.box.id: box for box in drawing.layout.boxes}
    first = picture.boxes[0]
    for box in picture.boxes:
        shift = [a - b for a, b in zip(box.area.center, first.area.center)]
        flow = placed[box.box.id].center.along - placed[first.box.id].center.along
        assert shift[0] * along[0] + shift[1] * along[1] == pytest.approx(flow)


@pytest.mark.parametrize("name", ["residual", "unet"])
def test_labels_face_their_arrows(name: str) -> None:
    _, picture = drawn(name, level="layer", fold=False)
    labels = [(arrow.label, arrow) for arrow in picture.arrows if arrow.label]
    assert labels
    for label, arrow in labels:
        assert label.part is Part.ARROW
        if label.facing is not Facing.MIDDLE:
            assert gap(label, arrow) < 8


def test_names_of_stages_face_their_bracket_and_are_centred_below_it() -> None:
    _, upright = drawn("residual", level="layer", fold=False)
    _, flat = drawn("residual", level="layer", fold=False, direction="LR")
    assert upright.brackets
    assert {text.facing for one in upright.brackets for text in one.texts} == {Facing.RIGHT}
    assert {text.facing for one in flat.brackets for text in one.texts} == {Facing.MIDDLE}


@pytest.mark.parametrize("name", NETS)
def test_every_arrow_has_a_direction_for_its_head(name: str) -> None:
    _, picture = drawn(name, level="op")
    for arrow in picture.arrows:
        assert math.dist(arrow.shaft[-1], arrow.path[-1]) > 0


def test_lines_of_a_box_are_below_each_other_around_its_middle() -> None:
    _, picture = drawn("residual", names=True)
    box = next(one for one in picture.boxes if len(one.lines) == 3)
    heights = [line.center[1] for line in box.lines]
    assert heights == sorted(heights)
    assert all(line.center[0] == pytest.approx(box.area.center[0]) for line in box.lines)
    assert box.area.top < heights[0] - box.lines[0].size / 2
    assert heights[-1] + box.lines[-1].size / 2 < box.area.bottom


def test_texts_are_one_clean_line() -> None:
    _, picture = drawn("residual", title="one\ntwo\x00" + "x" * 1000)
    assert picture.title
    assert picture.title.text.startswith("one two")
    assert len(picture.title.text) == 400
