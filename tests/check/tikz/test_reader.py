"""A TikZ picture says to its reader what the SVG of the same figure does."""

from __future__ import annotations

import functools
import re

import pytest

import visualize
from tests.graphs import every_kind
from tests.nets import NETS
from visualize.check import check_figure
from visualize.check.drawn import Drawn
from visualize.check.svg import read_svg
from visualize.check.tikz import read_tikz
from visualize.core.errors import FigureError
from visualize.core.page import Area
from visualize.figure import Figure

MODELS = ["resnet18", "googlenet", "vit_b_16", "swin_t"]


@functools.cache
def drawn(name: str, level: str = "auto", direction: str | None = None) -> Figure:
    if name in NETS:
        net, shapes = NETS[name]
        return visualize.draw(net(), shapes, level=level, direction=direction)
    return visualize.draw(name, level=level, direction=direction)


def read(figure: Figure) -> tuple[Drawn, Drawn]:
    files = figure.render(["tex", "svg"])
    return read_tikz(files["tex"], "net.tex"), read_svg(files["svg"], "net.svg")


def near(one: Area, other: Area) -> float:
    pairs = zip((one.left, one.top, one.right, one.bottom),
                (other.left, other.top, other.right, other.bottom))  # fmt: skip
    return max(abs(a - b) for a, b in pairs)


@pytest.mark.parametrize("level", ["block", "layer"])
@pytest.mark.parametrize("name", [*MODELS, *NETS])
def test_boxes_texts_and_lines_are_those_of_the_svg(name: str, level: str) -> None:
    tikz, svg = read(drawn(name, level))
    assert near(tikz.page, svg.page) < 0.01
    assert (tikz.background, tikz.parameters) == (svg.background, svg.parameters)
    assert (len(tikz.boxes), len(tikz.texts)) == (len(svg.boxes), len(svg.texts))
    for box in svg.boxes:
        other = min(tikz.boxes, key=lambda one: near(one.area, box.area))
        assert near(other.area, box.area) < 0.5
        assert (other.fill, other.line, other.frame) == (box.fill, box.line, box.frame)
        assert (other.parameters, other.repeat, other.lines if not box.frame else ()) == (
            box.parameters, box.repeat, box.lines
        )  # fmt: skip
    for text in svg.texts:
        same = [one for one in tikz.texts if one.text == text.text and one.size == text.size]
        assert min(near(one.area, text.area) for one in same) < 0.5
    headed = [sum(arrow.headed for arrow in one.arrows) for one in (tikz, svg)]
    assert headed[0] <= headed[1]  # the lines of a double one count in an SVG


@pytest.mark.parametrize("direction", ["TB", "LR", "BT"])
@pytest.mark.parametrize("name", ["resnet18", "unet"])
def test_a_drawn_figure_is_clean(name: str, direction: str) -> None:
    figure = drawn(name, direction=direction)
    assert not figure.check_rendered(figure.render("tex")["tex"], "tex")


def test_every_kind_of_line_has_its_style() -> None:
    tikz = read_tikz(visualize.draw(every_kind()).render("tex")["tex"], "net.tex")
    styles = {arrow.style for arrow in tikz.arrows if arrow.headed}
    assert {"1.3 pt on 5bp off 2bp", "1.5 pt on 1bp off 5bp", "1.1 pt solid double"} <= styles


def edited(pattern: str, replacement: str) -> bytes:
    source = drawn("resnet18", "block").render("tex")["tex"].decode()
    changed, count = re.subn(pattern, replacement, source, count=1)
    assert count == 1
    return changed.encode()


def test_what_moves_takes_along_what_belongs_to_it() -> None:
    before = read_tikz(drawn("resnet18", "block").render("tex")["tex"], "net.tex")
    source = edited(r"below=[^,\]]*of maxpool\]", "below=30bp of maxpool]")
    after = read_tikz(source, "net.tex")
    boxes = {box.name: box.area for box in before.boxes}
    moved = {box.name for box in after.boxes if near(box.area, boxes[box.name]) > 10}
    assert {"layer1-0", "layer2-0", "output"} <= moved
    assert not {"x", "conv1", "maxpool"} & moved
    for one, other in zip(before.arrows, after.arrows, strict=True):
        if one.name in ("maxpool to layer1-0", "layer1-0 to layer2-0"):
            assert other.points[-1] != one.points[-1]
        if one.name == "x to conv1":
            assert other.points == one.points
    assert not check_figure(source, "tex")


@pytest.mark.parametrize(
    ("pattern", "replacement", "rule"),
    [
        (r"below=[^,\]]*of maxpool", "below=-5bp of maxpool", "box over box"),
        (r"visualizedetail\{\\fontsize\{7\}", r"visualizedetail{\\fontsize{5}", "type size"),
        (r"text\}\{HTML\}\{1A1A1A\}", "text}{HTML}{DDDDDD}", "contrast"),
        (r"% 9536 parameters", "% 9535 parameters", "parameters"),
        (r"74\.0 k each", "75.0 k each", "numbers"),
        (r"\(x\.south\) --", "(x.south) -- (maxpool.south) --", "arrow over box"),
    ],
)
def test_what_breaks_a_rule_is_found(pattern: str, replacement: str, rule: str) -> None:
    found = check_figure(edited(pattern, replacement), "tex")
    assert rule in {finding.rule for finding in found}


def test_what_is_no_picture_of_ours() -> None:
    with pytest.raises(FigureError, match="not a TikZ picture"):
        read_tikz(b"\\begin{tikzpicture}\\end{tikzpicture}", "net.tex")
    with pytest.raises(FigureError, match="no node 'gone'"):
        read_tikz(edited(r"of maxpool", "of gone"), "net.tex")
