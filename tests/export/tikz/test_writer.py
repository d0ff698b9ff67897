"""TikZ: a picture that compiles by itself and in a paper, with all boxes and arrows."""

from __future__ import annotations

import difflib
import io
import itertools
import math
import re
import shutil
import subprocess
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pdfminer.high_level import extract_pages, extract_text
from pdfminer.layout import LTChar, LTContainer
from pdfminer.pdfpage import PDFPage
from torch import nn
from torchvision.models.resnet import BasicBlock, ResNet

import visualize
from tests.graphs import every_kind
from tests.nets import NETS
from visualize.check import check_figure
from visualize.check.pdf import read_pdf
from visualize.check.svg import read_svg
from visualize.core.choices import SkipKind
from visualize.core.latex import escape_latex
from visualize.core.page import Area, nearest
from visualize.figure import Figure

ENGINES = ("pdflatex", "xelatex", "lualatex")
PAPER = r"""
\documentclass[twocolumn]{article}
\usepackage[letterpaper,textwidth=6.875in,columnsep=0.375in,textheight=9in]{geometry}
\usepackage{tikz}
\usetikzlibrary{arrows.meta,backgrounds,positioning}
\setlength{\parindent}{0pt}
\begin{document}
\setbox0\hbox{\input{one}}\typeout{SIZE \the\wd0, \the\ht0}
\setbox0\hbox{\resizebox{\columnwidth}{!}{\input{one}}}\typeout{SIZE \the\wd0, \the\ht0}
\setbox0\hbox{\input{two}}\typeout{SIZE \the\wd0, \the\ht0}
\begin{figure}\centering\input{one}\caption{\visualizecaption}\end{figure}
\begin{figure}\resizebox{\columnwidth}{!}{\input{two}}\caption{\visualizecaption}\end{figure}
\end{document}
"""


def needs(engine: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not shutil.which(engine), reason=f"{engine} is not installed")


engines = pytest.mark.parametrize(
    "engine", [pytest.param(one, marks=needs(one)) for one in ENGINES]
)


def drawn(name: str, **options: object) -> Figure:
    net, shapes = NETS[name]
    return visualize.draw(net(), shapes, **options)


def tikz(figure: Figure) -> str:
    return figure.render(["tex"])["tex"].decode()


def compiled(folder: Path, name: str, source: str, engine: str = "pdflatex") -> tuple[bytes, str]:
    """The PDF of a source, and the log of the engine."""
    (folder / f"{name}.tex").write_text(source, encoding="utf-8")
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"]
    result = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert result.returncode == 0, result.stdout[-2000:]
    log = (folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")
    return (folder / f"{name}.pdf").read_bytes(), log


def complaints(log: str) -> list[str]:
    """What is wrong with the type, of what engines complain about."""
    flat = log.replace("\n", "")
    return [one for one in ("Overfull", "Missing character", "Not set") if one in flat]


def page_size(content: bytes) -> tuple[float, float]:
    (page,) = PDFPage.get_pages(io.BytesIO(content))
    left, low, right, high = page.mediabox
    return right - left, high - low


def sizes_of_type(content: bytes) -> Counter[int]:
    """The sizes of letters in tenths of a TeX point."""
    found: Counter[int] = Counter()
    for page in extract_pages(io.BytesIO(content)):
        texts = list(page)
        while texts:
            one = texts.pop()
            if isinstance(one, LTChar):
                found[round(one.size * 10 * 72.27 / 72)] += 1
            elif isinstance(one, LTContainer):
                texts += one
    return found


@pytest.mark.parametrize("level", ["op", "layer", "block"])
@pytest.mark.parametrize("name", NETS)
def test_every_box_is_a_named_node(name: str, level: str) -> None:
    figure = drawn(name, level=level)
    nodes = re.findall(r"^\\node\[box.*?\] \(([\w-]+)\)", tikz(figure), re.MULTILINE)
    assert len(nodes) == len(set(nodes)) == len(figure.scene.all_boxes)


def test_skip_connections_are_paths_in_their_style() -> None:
    text = tikz(visualize.draw("resnet18"))
    assert "identity/.style={" in text
    assert "dash pattern=on 5bp off 2bp" in text
    drawn_paths = re.findall(r"^\\draw\[arrow, (\w+)\]", text, re.MULTILINE)
    assert sorted(drawn_paths) == ["identity"] * 4 + ["projection"] * 3
    assert "% maxpool to " in text


def test_each_kind_of_skip_has_a_style_of_its_own() -> None:
    text = tikz(visualize.draw(every_kind()))
    styles = dict(
        re.findall(r"^  (\w+)/\.style=\{draw=visualize \1, (.*), >=.*\},$", text, re.MULTILINE)
    )
    assert set(styles) == {kind.value for kind in SkipKind}
    assert len(set(styles.values())) == len(SkipKind)


@given(st.text(max_size=40))
def test_escaped_text_is_balanced(text: str) -> None:
    escaped = escape_latex(text)
    bare = re.sub(r"\\[\\{}$&#%_]", "", escaped)
    assert bare.count("{") == bare.count("}")
    assert bare.count("$") % 2 == 0
    assert "\n" not in escaped


@engines
@pytest.mark.parametrize("name", ["residual", "two_towers"])
def test_it_compiles_by_itself_as_large_as_the_picture(
    engine: str, name: str, tmp_path: Path
) -> None:
    figure = drawn(name, title="A_title & 100 %", level="layer", width="3.25in")
    content, log = compiled(tmp_path, name, tikz(figure), engine)
    assert page_size(content) == pytest.approx((234, figure.size[1]), abs=0.1)
    assert not complaints(log)
    assert {90, 70} <= set(sizes_of_type(content))


@engines
def test_two_stand_in_one_paper(engine: str, tmp_path: Path) -> None:
    for name, net in (("one", "residual"), ("two", "unet")):
        figure = drawn(net, level="layer", width="3.25in")
        (tmp_path / f"{name}.tex").write_text(tikz(figure), encoding="utf-8")
    content, log = compiled(tmp_path, "paper", PAPER, engine)
    sizes = [tuple(map(float, one)) for one in re.findall(r"SIZE ([\d.]+)pt, ([\d.]+)pt", log)]
    assert [width for width, _ in sizes] == pytest.approx([3.25 * 72.27] * 3, abs=0.02)
    assert sizes[0][1] == pytest.approx(sizes[1][1], abs=0.05)  # not scaled: no space leaks
    assert not complaints(log)
    # LuaLaTeX sets "fl" as one sign.
    text = unicodedata.normalize("NFKC", " ".join(extract_text(io.BytesIO(content)).split()))
    assert all(one in text for one in ("Figure 1: Residual.", "11,114 parameters (44.5 kB,"))
    assert "Figure 2: UNet. 3,534 parameters (14.1 kB, float32), all trainable." in text
    assert {90, 70} <= set(sizes_of_type(content))


@pytest.mark.parametrize("name", ["resnet18", "googlenet", "swin_t", "unet", "squeeze_excite"])
@pytest.mark.skipif(not shutil.which("pdflatex"), reason="pdflatex is not installed")
def test_the_compiled_picture_is_the_picture(name: str, tmp_path: Path) -> None:
    figure = drawn(name) if name in NETS else visualize.draw(name)
    content, _ = compiled(tmp_path, name, tikz(figure))
    printed, svg = read_pdf(content, "net.pdf"), read_svg(figure.svg.encode(), "net.svg")
    boxes = [box.area for box in printed.boxes]
    for box in svg.boxes:
        if not box.frame:
            assert min(distance(box.area, one) for one in boxes) < 0.5
    assert not check_figure(content, "pdf")
    lines = [pair for line in printed.arrows for pair in itertools.pairwise(line.points)]
    for arrow in svg.arrows:
        if arrow.headed:
            *points, tip = arrow.points
            # What a head hides is drawn differently; each line of a double one is 1 pt aside.
            shown = [one for one in points if math.dist(one, tip) > 4][::3]
            for one in shown:
                assert min(math.dist(nearest(line, one), one) for line in lines) < 1.1


def distance(one: Area, other: Area) -> float:
    """How far the sides of two areas are apart at most."""
    sides = ("left", "top", "right", "bottom")
    return max(abs(getattr(one, side) - getattr(other, side)) for side in sides)


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="pdflatex is not installed")
def test_text_has_its_size_in_any_theme(tmp_path: Path) -> None:
    figure = drawn("residual", theme="slides", level="block")
    content, log = compiled(tmp_path, "slides", tikz(figure))
    assert "Font Warning" not in log
    theme = figure.theme
    assert {round(10 * theme.size), round(10 * theme.detail_size)} <= set(sizes_of_type(content))


WORDS = 'Ω “net” «é» with ą²³ → "γ" ‘x’ „y“ 5 ≤ ∞ ½ — …'


@engines
def test_what_latex_has_a_command_for_is_set_by_every_engine(engine: str, tmp_path: Path) -> None:
    figure = drawn("residual", title=WORDS, level="stage")
    assert tikz(figure).isascii()
    content, log = compiled(tmp_path, "words", tikz(figure), engine)
    assert not complaints(log)
    assert "net" in extract_text(io.BytesIO(content))


@engines
def test_what_it_has_none_for_is_set_or_named(engine: str, tmp_path: Path) -> None:
    figure = drawn("residual", title="残差 net", level="stage")
    source = tikz(figure)
    (note,) = [line for line in source.splitlines() if line.startswith("% pdflatex cannot set")]
    assert "差 残: use xelatex or lualatex, with the font " in note
    content, log = compiled(tmp_path, "words", source, engine)
    assert complaints(log) in ([], ["Not set"])
    if engine == "pdflatex":
        assert "Not set: 残差" in log
        assert "with the font" in " ".join(log.split())
    else:
        assert ("残差" in extract_text(io.BytesIO(content))) != ("Not set: 残差" in log)


@engines
def test_a_caption_may_have_such_characters(engine: str, tmp_path: Path) -> None:
    net, shapes = NETS["residual"]
    named = visualize.trace(net(), shapes, name="残差")
    for name in ("one", "two"):
        (tmp_path / f"{name}.tex").write_text(tikz(visualize.draw(named)), encoding="utf-8")
    _, log = compiled(tmp_path, "paper", PAPER, engine)
    assert "Undefined control sequence" not in log


def without_places(figure: Figure) -> list[str]:
    """The lines of its file, the numbers that say where something is left out."""
    lines = tikz(figure).splitlines()
    return [re.sub(r"-?[\d.]+(?=bp)|\(-?[\d.]+,-?[\d.]+\)", "", line) for line in lines]


class Front(ResNet):
    """ResNet-18 with a layer in front of it."""

    def __init__(self) -> None:
        super().__init__(BasicBlock, [2, 2, 2, 2])
        self.front = nn.Conv2d(3, 3, 3, padding=1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self._forward_impl(torch.relu(self.front(image)))


@pytest.mark.parametrize("level", ["stage", "block", "layer"])
def test_a_layer_in_front_changes_few_lines(level: str) -> None:
    plain = without_places(visualize.draw("resnet18", level=level))
    front = without_places(visualize.draw(Front(), (1, 3, 224, 224), level=level))
    matches = difflib.SequenceMatcher(None, plain, front, False).get_matching_blocks()
    same = sum(match.size for match in matches)
    assert same >= 0.85 * len(front)


def test_arrows_end_at_nodes_and_boxes_are_below_each_other() -> None:
    source = tikz(visualize.draw("resnet18", level="layer"))
    arrows = re.findall(r"^\\draw\[arrow.*?\] (.*);", source, re.MULTILINE)
    assert len(arrows) == 33
    fixed = re.compile(r"\(-?[\d.]+,")  # a coordinate on the page, not a step
    assert not [one for one in arrows if fixed.match(one) or fixed.search(one.rsplit(" ", 1)[1])]
    placed = re.findall(r"^\\node\[box.*? (below=[^,\]]*|at )", source, re.MULTILINE)
    assert len(placed) == 27
    assert placed.count("at ") == 2  # where each column begins


def test_colours_and_dashes_are_those_of_the_svg() -> None:
    figure = visualize.draw(every_kind())
    source = tikz(figure)
    colors = set(re.findall(r"\{HTML\}\{(\w+)\}", source))
    for color in re.findall(r'(?:fill|stroke)="#(\w{6})"', figure.svg):
        assert color.upper() in colors
    dashes = {
        tuple(map(int, found.split(","))) for found in re.findall(r'dasharray="(.*?)"', figure.svg)
    }
    patterns = re.findall(r"dash pattern=on (\d+)bp off (\d+)bp", source)
    assert {tuple(map(int, found)) for found in patterns} == dashes
    widths = set(re.findall(r'stroke-width="([\d.]+)"', figure.svg))
    assert widths <= set(re.findall(r"line width=([\d.]+)bp", source))


def test_a_colour_bar_runs_from_little_to_much_and_text_stands_out() -> None:
    figure = drawn("residual", color_by="macs")
    source = tikz(figure)
    low, high = (
        "red,{};green,{};blue,{}".format(*(int(color[at : at + 2], 16) for at in (1, 3, 5)))
        for color in figure.theme.ramp
    )
    assert f"left color={{rgb,255:{low}}}, right color={{rgb,255:{high}}}" in source
    darkest = next(line for line in source.splitlines() if "\\node[box" in line and high in line)
    assert "\\color{visualize text}" in darkest
