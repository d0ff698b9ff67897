"""Themes and colours: what changes with them, and what does not."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from torch import Tensor, nn

import visualize
from tests.graphs import resnet
from visualize.check import check_figure
from visualize.core.color import contrast
from visualize.core.errors import UsageError
from visualize.scene.themes import DARK, LIGHT, load_theme, theme_names

SVG = "{http://www.w3.org/2000/svg}"
TONES = ["type", "parameters", "macs", "memory"]


@pytest.mark.parametrize("theme", theme_names())
@pytest.mark.parametrize("told", ["stage", *TONES])
def test_every_look_is_clean(theme: str, told: str) -> None:
    figure = visualize.draw(resnet(), theme=theme, color_by=told)
    for format_name, data in figure.render(["svg", "pdf"]).items():
        assert not check_figure(data, format_name)


def test_slides_are_read_from_afar() -> None:
    slides, paper = load_theme("slides"), load_theme("paper")
    assert slides.detail_size > paper.size
    assert slides.line_width > paper.line_width


def rules(svg: str) -> dict[str, str]:
    """What the style sheet for dark mode sets, by class."""
    sheet = re.search(r"@media \(prefers-color-scheme: dark\) \{(.*)\}", svg)
    assert sheet
    return dict(re.findall(r"\.(dark\d+) \{ ([^}]*); \}", sheet[1]))


def test_auto_has_the_colours_of_both_modes() -> None:
    light, dark, auto = (
        visualize.draw(resnet(), theme=theme).svg for theme in (LIGHT, DARK, "auto")
    )
    found = rules(auto)
    twins = zip(
        (one for one in ET.fromstring(auto).iter() if one.tag != f"{SVG}style"),
        (one for one in ET.fromstring(light).iter() if one.tag != f"{SVG}style"),
        (one for one in ET.fromstring(dark).iter() if one.tag != f"{SVG}style"),
        strict=True,
    )
    for element, in_light, in_dark in twins:
        changed = dict(
            found[name].split(": ") for name in element.get("class", "").split() if name in found
        )
        for key in ("fill", "stroke"):
            assert element.get(key) == in_light.get(key)
            assert changed.get(key, element.get(key)) == in_dark.get(key)


def test_auto_is_paper_on_paper() -> None:
    files = [visualize.draw(resnet(), theme=theme).render(["pdf"]) for theme in ("auto", LIGHT)]
    assert files[0] == files[1]


def fills(figure: visualize.Figure) -> dict[str, str]:
    found = {}
    for group in ET.fromstring(figure.svg).iter(f"{SVG}g"):
        if "box" in group.get("class", "").split():
            shape = next(one for one in group if one.get("fill"))
            found[group.get("id", "").removeprefix("box-")] = shape.get("fill", "")
    return found


@pytest.mark.parametrize("told", ["parameters", "macs", "memory"])
def test_the_more_the_darker(told: str) -> None:
    figure = visualize.draw(resnet(), color_by=told, level="layer", fold=False)
    drawn = fills(figure)
    boxes = [box for box in figure.scene.boxes if box.role == "layer"]
    boxes.sort(key=lambda box: getattr(box, told))
    depths = [contrast(drawn[box.id], "#ffffff") for box in boxes]
    assert depths == sorted(depths)
    assert depths[0] < depths[-1]


def test_activations_are_counted_in_bytes() -> None:
    figure = visualize.draw(resnet(), level="op", fold=False)
    conv = next(box for box in figure.scene.boxes if box.label[0].startswith("3×3 conv"))
    node = figure.architecture.layer(conv.id)
    shape = node.outputs[0].shape
    assert conv.memory == 4 * shape[0] * shape[1] * shape[2] * shape[3]


def test_the_legend_explains_the_colours() -> None:
    svg = visualize.draw(resnet(), color_by="type", level="layer").svg
    assert "convolution" in svg
    assert svg.count('class="node swatch"') >= 2
    assert "swatch" not in visualize.draw(resnet(), color_by="type", legend=False).svg
    assert "swatch" not in visualize.draw(resnet()).svg


def test_an_unknown_choice_is_told_with_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"no color_by named 'size'.*parameters"):
        visualize.draw(resnet(), color_by="size")
    with pytest.raises(UsageError, match=r"no theme named 'blue'.*auto.*slides"):
        visualize.draw(resnet(), theme="blue")


class ALongNameOfADecoderLayer(nn.Module):
    """Three layers read at once what enters the block, right under its name."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(16, 16) for _ in range(3))
        self.out = nn.Linear(16, 16)

    def forward(self, x: Tensor) -> Tensor:
        """Mix the three, and add them to what came in."""
        mixed = self.query(x) * self.key(x).sigmoid() + self.value(x)
        result: Tensor = x + self.out(mixed)
        return result


def test_arrows_go_apart_below_the_name_of_a_frame() -> None:
    model = nn.Sequential(*(ALongNameOfADecoderLayer() for _ in range(3)))
    figure = visualize.draw(model, (1, 8, 16), level="layer")
    assert any(group.framed for group in figure.scene.groups)
    assert figure.check() == []
