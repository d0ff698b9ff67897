"""TikZ: a picture that compiles by itself and in a paper, with all boxes and arrows."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdfminer.high_level import extract_text
from pdfminer.pdfpage import PDFPage

import visualize
from tests.graphs import every_kind
from tests.nets import NETS
from visualize.core.choices import SkipKind
from visualize.core.latex import escape_latex
from visualize.figure import Figure

needs_tex = pytest.mark.skipif(not shutil.which("pdflatex"), reason="TeX is not installed")
PAPER = r"""
\documentclass[twocolumn]{article}
\usepackage[letterpaper,textwidth=6.875in,columnsep=0.375in,textheight=9in]{geometry}
\usepackage{tikz}
\usetikzlibrary{arrows.meta}
\begin{document}
\begin{figure}\centering\input{%s}\caption{\visualizecaption}\end{figure}
\begin{figure}\centering\input{%s}\caption{\visualizecaption}\end{figure}
\end{document}
"""


def drawn(name: str, **options: object) -> Figure:
    net, shapes = NETS[name]
    return visualize.draw(net(), shapes, **options)


def tikz(figure: Figure) -> str:
    return figure.render(["tex"])["tex"].decode()


def compiled(folder: Path, name: str, source: str) -> bytes:
    (folder / f"{name}.tex").write_text(source, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-2000:]
    return (folder / f"{name}.pdf").read_bytes()


@pytest.mark.parametrize("level", ["op", "layer", "block"])
@pytest.mark.parametrize("name", NETS)
def test_every_box_is_a_named_node(name: str, level: str) -> None:
    figure = drawn(name, level=level)
    nodes = re.findall(r"^\\node\[box.*?\] \(([\w-]+)\) at", tikz(figure), re.MULTILINE)
    assert len(nodes) == len(set(nodes)) == len(figure.scene.all_boxes)


def test_skip_connections_are_paths_in_their_style() -> None:
    text = tikz(visualize.draw("resnet18"))
    assert "identity/.style={" in text
    assert "dashed" in text
    drawn_paths = re.findall(r"^\\draw\[arrow, (\w+)\]", text, re.MULTILINE)
    assert sorted(drawn_paths) == ["identity"] * 4 + ["projection"] * 3
    assert "% maxpool to add" in text


def test_each_kind_of_skip_has_a_style_of_its_own() -> None:
    text = tikz(visualize.draw(every_kind()))
    styles = dict(re.findall(r"^  (\w+)/\.style=\{draw=visualize \1, (.*)\},$", text, re.MULTILINE))
    assert set(styles) == {kind.value for kind in SkipKind}
    assert len(set(styles.values())) == len(SkipKind)


@given(st.text(max_size=40))
def test_escaped_text_is_balanced(text: str) -> None:
    escaped = escape_latex(text)
    bare = re.sub(r"\\[\\{}$&#%_]", "", escaped)
    assert bare.count("{") == bare.count("}")
    assert bare.count("$") % 2 == 0
    assert "\n" not in escaped


@needs_tex
@pytest.mark.parametrize("name", ["residual", "unet", "squeeze_excite", "two_towers"])
def test_it_compiles_by_itself(name: str, tmp_path: Path) -> None:
    figure = drawn(name, title="A_title & 100 %", level="layer")
    content = compiled(tmp_path, name, tikz(figure))
    (page,) = PDFPage.get_pages(io.BytesIO(content))
    width, height = (page.mediabox[place + 2] - page.mediabox[place] for place in (0, 1))
    assert width < 1.1 * float(figure.svg.split('width="')[1].split("pt")[0]) + 2
    assert height > 50
    assert "conv" in extract_text(io.BytesIO(content)) or name == "two_towers"


@needs_tex
def test_two_stand_in_one_paper(tmp_path: Path) -> None:
    for name in ("residual", "unet"):
        figure = drawn(name, level="layer", width="3.25in")
        (tmp_path / f"{name}.tex").write_text(tikz(figure), encoding="utf-8")
    text = extract_text(io.BytesIO(compiled(tmp_path, "paper", PAPER % ("residual", "unet"))))
    text = " ".join(text.split())
    assert "Figure 1: Residual. 11,114 parameters (44.5 kB, float32), all trainable." in text
    assert "Figure 2: UNet." in text
    assert "3,534 parameters (14.1 kB, float32), all trainable." in text


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
