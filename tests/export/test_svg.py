"""SVG: valid, safe and accessible, with its font embedded, in the colours of both modes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import visualize
from tests.edited import EDITS, after, before, changed_lines
from tests.graphs import every_kind, resnet
from tests.nets import NETS, Residual
from visualize.check import check_figure
from visualize.check.svg import read_svg
from visualize.core.choices import Direction
from visualize.core.element_names import element_names
from visualize.core.layout import Page
from visualize.core.scene import Scene, SceneArrow, SceneBox
from visualize.core.theme import Dashes, Theme, Tint
from visualize.export import render
from visualize.export.markup import clean
from visualize.layout import lay_out
from visualize.scene.themes import DARK, LIGHT, load_theme, theme_names

SVG = "{http://www.w3.org/2000/svg}"


def groups_of(root: ET.Element) -> dict[str, ET.Element]:
    """The groups of a figure by their ids, without that of the figure in front."""
    found = (group for group in root.iter(f"{SVG}g"))
    return {one.get("id", "").removeprefix(f"{root.get('id')}-"): one for one in found}


HOSTILE = [
    "<script>alert(1)</script>",
    "a & b",
    "'single' \"double\"",
    "back\\slash \\N \\n \\E",
    "line\nbreak\r\ttab",
    "<<b>bold</b>>",
    "&#0; &amp; &unknown;",
    "🧠 emoji 👩‍🔬",
    "卷积层",
    "שלום مرحبا",
    "\x00\x07\ud800",
    "",
    "x" * 10_000,
    "]]> -->",
    "javascript:alert(1)",
]


def scene_of(text: str) -> Scene:
    boxes = (
        SceneBox("in" + text, (text, text), "input", ("a",), 0, 0, "", "", text),
        SceneBox("b", ("+", text), "merge", ("b",), 0, 0, "", "", text),
    )
    arrow = SceneArrow("in" + text, "b", text, "concat", False, False, text)
    return Scene(text, text, "layer", boxes, (), (arrow,))


def draw_svg(text: str) -> ET.Element:
    scene, theme = scene_of(text), load_theme("paper")
    layout = lay_out(scene, theme, Direction.TB, Page())
    files = render(scene, theme, Direction.TB, ["svg"], text, layout)
    return ET.fromstring(files["svg"])


def check_safe(root: ET.Element) -> None:
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in {
            "svg", "g", "title", "desc", "style", "path", "polygon", "ellipse", "rect", "text",
        }  # fmt: skip
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            assert "href" not in name.lower()
            assert name in ("id", "class") or "javascript:" not in value.lower()


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_gives_a_valid_and_safe_svg(text: str) -> None:
    root = draw_svg(text)
    check_safe(root)
    words = " ".join("".join(element.itertext()) for element in root.iter(f"{SVG}text"))
    for word in clean(text).split():
        assert word[:300] in words


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=40))
def test_random_text_gives_a_valid_and_safe_svg(text: str) -> None:
    check_safe(draw_svg(text))


def test_odd_module_names_reach_the_figure(tmp_path: Path) -> None:

    model = nn.Sequential()
    for name in ("a<b", "q&a", 'say "hi"', "back\\slash", "new\nline", "🧠", "层", "א" * 5000):
        model.add_module(name, nn.Linear(4, 4))
    figure = visualize.draw(model, (1, 4), names=True)
    root = ET.fromstring(figure.svg)
    check_safe(root)
    assert "a<b" in "".join(root.itertext())


def test_svg_is_accessible_and_carries_its_font() -> None:
    make, inputs = NETS["residual"]
    figure = visualize.draw(make(), inputs, title="A residual net")
    root = ET.fromstring(figure.svg)
    assert root.get("role") == "graphics-document document"
    assert root.findtext(f"{SVG}title") == "A residual net"
    assert root.findtext(f"{SVG}desc") == figure.alternative_text()
    assert "@font-face" in (root.findtext(f"{SVG}style") or "")
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    groups = groups_of(root)
    names = element_names(figure.scene)
    for box in figure.scene.boxes:
        group = groups[f"box-{names.boxes[box.id]}"]
        assert box.role in group.get("class", "").split()
        assert group.findtext(f"{SVG}title") == box.tooltip
        shown = "".join(element.text or "" for element in group.iter(f"{SVG}text"))
        assert box.label[0] in shown
    kinds = {arrow.skip for arrow in figure.scene.arrows if arrow.skip}
    assert kinds == {"identity", "projection"}
    texts = {element.text for element in root.iter(f"{SVG}text")}
    assert {"identity shortcut", "projection shortcut", "A residual net"} <= texts
    assert "concat" not in texts


def test_legend_can_be_left_out() -> None:
    make, inputs = NETS["residual"]
    assert "identity shortcut" not in visualize.draw(make(), inputs, legend=False).svg


def expected(box: SceneBox, theme: Theme, stages: Sequence[str]) -> Tint:
    """The tint that a theme has for the role or stage of a box."""
    roles = {"input": theme.terminal, "output": theme.terminal, "merge": theme.merge}
    if box.role in roles:
        return roles[box.role]
    return theme.stages[stages.index(box.stage)] if box.stage else theme.neutral


@pytest.mark.parametrize("theme", theme_names())
@pytest.mark.parametrize("direction", Direction)
def test_everything_has_the_colour_that_its_theme_says(theme: str, direction: Direction) -> None:
    make, inputs = NETS["residual"]
    figure = visualize.draw(make(), inputs, theme=theme, direction=direction)
    look, root = figure.theme, ET.fromstring(figure.svg)
    groups = groups_of(root)
    names = element_names(figure.scene)
    stages = list(dict.fromkeys(box.stage for box in figure.scene.boxes if box.stage))
    assert len(stages) == 2
    for box in figure.scene.boxes:
        shape = next(one for one in groups[f"box-{names.boxes[box.id]}"] if one.get("fill"))
        assert Tint(shape.get("fill", ""), shape.get("stroke", "")) == expected(box, look, stages)
        for text in groups[f"box-{names.boxes[box.id]}"].iter(f"{SVG}text"):
            assert text.get("fill") in (look.text, look.muted)
    assert next(root.iter(f"{SVG}rect")).get("fill") == look.background
    for name, arrow in zip(names.arrows, figure.scene.arrows):
        lines = groups[f"arrow-{name}"].findall(f"{SVG}path")
        color = look.skips[arrow.skip].color if arrow.skip else look.line
        assert {line.get("stroke") for line in lines} == {color}


@pytest.mark.parametrize("theme", theme_names())
def test_each_kind_of_skip_has_its_line_in_the_legend_and_is_clean(theme: str) -> None:
    figure = visualize.draw(every_kind(), theme=theme)
    groups = groups_of(ET.fromstring(figure.svg))
    names = element_names(figure.scene)
    for name, arrow in zip(names.arrows, figure.scene.arrows):
        if arrow.skip:
            lines = groups[f"arrow-{name}"].findall(f"{SVG}path")
            style = figure.theme.skips[arrow.skip].style
            assert len(lines) == style.strands
            dashed = {bool(line.get("stroke-dasharray")) for line in lines}
            assert dashed == {style.dashes is not Dashes.SOLID}
    assert {"mix of earlier tensors", "scaled shortcut", "4 streams", "× 0.5"} <= {
        text.text for text in ET.fromstring(figure.svg).iter(f"{SVG}text")
    }
    for format_name, data in figure.render(["svg", "pdf"]).items():
        assert not check_figure(data, format_name)


TONES = ["type", "parameters", "macs", "memory", "trainable"]


@pytest.mark.parametrize("theme", theme_names())
@pytest.mark.parametrize("color_by", ["stage", *TONES])
def test_every_look_is_clean(theme: str, color_by: str) -> None:
    model = resnet()
    if color_by == "memory":  # which is measured as a module runs
        model = visualize.trace(Residual(), (1, 3, 32, 32), memory=True)
    figure = visualize.draw(model, theme=theme, color_by=color_by)
    for format_name, data in figure.render(["svg", "pdf"]).items():
        assert not check_figure(data, format_name)


def colours(svg: str, mode: str) -> dict[str, str]:
    """The colours of the variables in a mode, by their names."""
    (block,) = re.findall(rf"{mode}[^{{]*#[\w-]+{{(--[^}}]*)}}", svg)
    return dict(re.findall(r"--([\w-]+):([^;]*);", block))


def test_auto_has_the_colours_of_both_modes() -> None:
    light, dark, auto = (
        visualize.draw(resnet(), theme=theme).svg for theme in (LIGHT, DARK, "auto")
    )
    day, night = (colours(auto, mode) for mode in ('data-theme="light"', 'data-theme="dark"'))
    assert colours(auto, r"prefers-color-scheme:dark\){") == night != day
    rules = dict(re.findall(r" \.([\w-]+){[\w-]+:var\(--([\w-]+)\)}", auto))
    twins = zip(
        *(
            [one for one in ET.fromstring(svg).iter() if one.tag != f"{SVG}style"]
            for svg in (auto, light, dark)
        ),
        strict=True,
    )
    for element, in_light, in_dark in twins:
        changed = {
            name.rpartition(rules[name])[0].rstrip("-"): night[rules[name]]
            for name in element.get("class", "").split()
            if name in rules
        }
        for key in ("fill", "stroke"):
            assert element.get(key) == in_light.get(key)
            assert changed.get(key, element.get(key)) == in_dark.get(key)


def placeless(svg: str) -> bytes:
    """A figure without the numbers that say where things are."""
    moved = r' (d|x|y|cx|cy|rx|ry|points|width|height|viewBox)="[^"]*"'
    return re.sub(moved, "", svg).encode()


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_in_front_changes_few_lines(edit: str) -> None:
    old, new = (
        visualize.draw(model, (1, 3, 224, 224), level="layer").svg
        for model in (before(), after(edit))
    )
    assert 0 < changed_lines(placeless(old), placeless(new)) < 0.15


@pytest.mark.parametrize("name", NETS)
def test_outlines_say_the_same_without_a_font(name: str) -> None:
    make, inputs = NETS[name]
    plain, outlined = (
        visualize.draw(make(), inputs, text_form=form).render("svg")["svg"]
        for form in ("font", "outlines")
    )
    assert b"font-family" not in outlined
    assert b"<text" not in outlined
    assert check_figure(outlined, "svg") == check_figure(plain, "svg")
    texts, shapes = (read_svg(data, name).texts for data in (plain, outlined))
    assert [one.text for one in shapes] == [one.text for one in texts]
    for shape, text in zip(shapes, texts):
        assert shape.area.center[0] == pytest.approx(text.area.center[0], abs=0.6)
        assert text.area.top - 1.5 < shape.area.top <= shape.area.bottom < text.area.bottom + 1


def test_without_a_background_there_is_none() -> None:
    figure = visualize.draw(resnet(), background="transparent")
    assert "<rect" not in figure.svg
    assert figure.render("dot")["dot"].count(b"transparent") == 1
