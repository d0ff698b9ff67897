"""Palettes: what the colours of boxes show, and what the legend says about them."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

import visualize
from tests.graphs import resnet
from visualize.core.color import contrast
from visualize.core.errors import UsageError

SVG = "{http://www.w3.org/2000/svg}"


def fills(figure: visualize.Figure) -> dict[str, str]:
    found = {}
    for group in ET.fromstring(figure.svg).iter(f"{SVG}g"):
        if "box" in group.get("class", "").split():
            shape = next(one for one in group if one.get("fill"))
            found[group.get("id", "").removeprefix("box-")] = shape.get("fill", "")
    return found


@pytest.mark.parametrize("color_by", ["parameters", "macs", "memory"])
def test_the_more_the_darker(color_by: str) -> None:
    figure = visualize.draw(resnet(), color_by=color_by, level="layer", fold=False)
    drawn = fills(figure)
    boxes = [box for box in figure.scene.boxes if box.role == "layer"]
    boxes.sort(key=lambda box: getattr(box, color_by))
    depths = [contrast(drawn[box.id], "#ffffff") for box in boxes]
    assert depths == sorted(depths)
    assert depths[0] < depths[-1]


def test_the_legend_explains_the_colours() -> None:
    svg = visualize.draw(resnet(), color_by="type", level="layer").svg
    assert "convolution" in svg
    assert svg.count('class="node swatch"') >= 2
    assert "swatch" not in visualize.draw(resnet(), color_by="type", legend=False).svg
    assert "swatch" not in visualize.draw(resnet()).svg


def test_an_unknown_choice_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"no color_by named 'size'.*parameters"):
        visualize.draw(resnet(), color_by="size")
    with pytest.raises(UsageError, match=r"no theme named 'blue'.*auto.*slides"):
        visualize.draw(resnet(), theme="blue")


def test_activations_are_counted_in_bytes() -> None:
    figure = visualize.draw(resnet(), level="op", fold=False)
    conv = next(box for box in figure.scene.boxes if box.label[0].startswith("3×3 conv"))
    node = figure.architecture.operation(conv.id)
    shape = node.outputs[0].shape
    assert conv.memory == 4 * shape[0] * shape[1] * shape[2] * shape[3]
