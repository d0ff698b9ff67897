"""Names and themes from strangers are inert in every format, read by that format's own reader."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from torch import nn

import visualize
from visualize.core.fonts import family
from visualize.core.fonts.faces import SHIPPED
from visualize.scene.themes import load_theme

_BREAKS_OUT = "x'\"><script>alert(1)</script><b y='"
_NAMES = (
    "=1+1", "+cmd|x", "-2+3", "@SUM(A1)", "a\x1b[31mred", "b\nnew|line", "c\u202eevil", "d\ud800x",
    "f&amp;<b>", "\ttab", "g`x`\\", "h$x$~~y~~",
)  # fmt: skip


def _hostile() -> nn.Module:
    return nn.Sequential(OrderedDict((name, nn.Linear(4, 4)) for name in _NAMES))


def _own_font(folder: Path) -> str:
    """A font file whose family has a name that breaks out of a style sheet."""
    with TTFont(SHIPPED) as font:
        for record in font["name"].names:
            record.string = "x'; } </style><script>alert(1)</script><style>"
        font.save(folder / "own.ttf")
    return str(folder / "own.ttf")


def test_no_font_breaks_out_of_a_figure(tmp_path: Path) -> None:
    for font in (_BREAKS_OUT, _own_font(tmp_path)):
        theme = replace(load_theme("paper"), font=font)
        figure = visualize.draw(nn.Linear(4, 4), (1, 4), theme=theme)
        drawn = figure.render(["svg", "dot", "graphml", "tex", "mmd"])
        tree = ET.fromstring(drawn["svg"])
        assert not [each for each in tree.iter() if each.tag.rpartition("}")[2] in ("script", "b")]
        assert not any(b"<script" in content or b"alert(" in content for content in drawn.values())
        assert not set("<>'\"") & set(family(font))


@pytest.mark.parametrize("format_name", ["table", "md", "csv", "latex"])
def test_no_name_steers_what_shows_it(format_name: str) -> None:
    for made in (visualize.summarize, visualize.skips):
        text = made(_hostile(), (1, 4)).to_text(format=format_name)
        assert text.encode()
        assert not set("\x1b\r\u202e\x00") & set(text)


def test_names_stay_in_their_cells() -> None:
    described = visualize.summarize(_hostile(), (1, 4))
    table = described.to_text(format="md").split("\n\n")
    rows = next(part for part in table if part.startswith("| ")).strip().splitlines()
    assert len({row.replace("\\|", "").count("|") for row in rows}) == 1
    cells = [row for row in csv.reader(io.StringIO(described.to_text(format="csv"))) if row]
    assert len({len(row) for row in cells}) == 1
    for row in cells:
        assert not row[0].startswith(("=", "+", "-", "@", "\t"))


def test_captions_are_text() -> None:
    figure = visualize.draw(_hostile(), (1, 4), level="layer")
    for text in (figure.caption(), figure.alternative_text()):
        assert text.encode()
        assert not set("\x1b\u202e") & set(text)
