"""Palettes: what the colours of boxes show, and what the legend says about them."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
import torch
from torch import nn

import visualize
from tests.graphs import resnet
from tests.nets import Residual
from visualize.core.color import contrast
from visualize.core.element_names import element_names
from visualize.core.errors import UsageError, VisualizeError
from visualize.core.palette import explained_colors

SVG = "{http://www.w3.org/2000/svg}"


def fills(figure: visualize.Figure) -> dict[str, str]:
    found = {}
    root = ET.fromstring(figure.svg)
    names = element_names(figure.scene).boxes
    ids = {f"{root.get('id')}-box-{name}": box for box, name in names.items()}
    for group in root.iter(f"{SVG}g"):
        if "box" in group.get("class", "").split():
            shape = next(one for one in group if one.get("fill"))
            found[ids[group.get("id", "")]] = shape.get("fill", "")
    return found


def assert_the_more_the_darker(figure: visualize.Figure, measure: str) -> None:
    drawn = fills(figure)
    boxes = [box for box in figure.scene.boxes if box.role == "layer"]
    boxes.sort(key=lambda box: getattr(box, measure))
    depths = [contrast(drawn[box.id], "#ffffff") for box in boxes]
    assert depths == sorted(depths)
    assert depths[0] < depths[-1]


@pytest.mark.parametrize("color_by", ["parameters", "macs"])
def test_the_more_the_darker(color_by: str) -> None:
    figure = visualize.draw(resnet(), color_by=color_by, level="layer", fold=False)
    assert_the_more_the_darker(figure, color_by)


def test_the_more_is_saved_for_backward_the_darker() -> None:
    figure = visualize.draw(
        Residual(), (1, 3, 32, 32), color_by="memory", level="layer", fold=False
    )
    assert_the_more_the_darker(figure, "memory")
    assert "saved for backward" in figure.svg


def test_the_legend_explains_the_colours() -> None:
    svg = visualize.draw(resnet(), color_by="type", level="layer").svg
    assert "convolution" in svg
    assert svg.count('class="node swatch"') >= 2
    assert "swatch" not in visualize.draw(resnet(), color_by="type", legend=False).svg
    assert "swatch" not in visualize.draw(resnet()).svg


def swatches(figure: visualize.Figure) -> dict[str, str]:
    """The fills that the legend explains, by its words."""
    tones = explained_colors(figure.scene, figure.drawing.arranger.theme)
    return {tone.text: tone.tint.fill.day for tone in tones}


def test_a_type_has_one_hue_in_every_figure() -> None:
    models = [
        (
            nn.Sequential(nn.Conv2d(3, 4, 3), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(36, 2)),
            (1, 3, 8, 8),
        ),
        (nn.Sequential(nn.Linear(8, 8), nn.LayerNorm(8), nn.Linear(8, 8), nn.RMSNorm(8)), (1, 8)),
        (nn.Sequential(nn.RMSNorm(8), nn.Linear(8, 8), nn.Tanh(), nn.Softmax(-1)), (1, 8)),
    ]
    found: dict[str, set[str]] = {}
    for model, shape in models:
        for text, fill in swatches(
            visualize.draw(model, shape, color_by="type", level="layer")
        ).items():
            found.setdefault(text, set()).add(fill)
    assert set(found) >= {"convolution", "linear", "normalization", "pooling or resizing"}
    assert all(len(fills) == 1 for fills in found.values())
    assert len(set().union(*found.values())) == len(found)


def test_what_is_frozen_is_grey() -> None:
    model = nn.Sequential(nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 2))
    model[0].requires_grad_(False)
    model[2].bias.requires_grad_(False)
    figure = visualize.draw(model, (1, 8), color_by="trainable", level="layer")
    explained = swatches(figure)
    assert list(explained) == ["trainable", "partly trainable", "frozen"]
    drawn = fills(figure)
    boxes = [box for box in figure.scene.boxes if box.parameters]
    assert [drawn[box.id] for box in boxes] == [
        explained["frozen"], explained["partly trainable"], explained["trainable"]
    ]  # fmt: skip
    assert [box.trainable for box in boxes] == [0, 32, 10]


def test_an_unknown_choice_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"no color_by named 'size'.*parameters"):
        visualize.draw(resnet(), color_by="size")
    with pytest.raises(UsageError, match=r"no theme named 'blue'.*auto.*slides"):
        visualize.draw(resnet(), theme="blue")


def test_a_box_has_the_bytes_that_its_members_save() -> None:
    net = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 4, 3))
    figure = visualize.draw(net, (2, 3, 4, 4), color_by="memory", level="op")
    known = {box.label[0]: box.memory for box in figure.scene.boxes if box.role == "layer"}
    image, features = 4 * 2 * 3 * 16, 4 * 2 * 8 * 16
    assert known == {"3×3 conv, 8": image, "ReLU": features, "3×3 conv, 4": 0}


def test_memory_that_was_not_measured_is_no_colour() -> None:
    architecture = visualize.trace(Residual(), (1, 3, 32, 32))
    with pytest.raises(UsageError, match=r"without its memory.*memory=True"):
        visualize.draw(architecture, color_by="memory")
    measured = visualize.trace(Residual(), (1, 3, 32, 32), memory=True)
    assert "saved for backward" in visualize.draw(measured, color_by="memory").svg
    with pytest.raises(VisualizeError, match=r"could not be measured.*color-by"):
        visualize.draw(torch.jit.script(nn.ReLU()), (2, 8), color_by="memory")
