"""Fourteen models in every format: each format's reader finds what the picture has, and where."""

from __future__ import annotations

import functools
import io
import json
import math
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import networkx as nx
import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.plain_dot import run_dot
from tests.unequal_blocks import Siamese
from visualize.check.drawn import Drawn
from visualize.check.pdf import read_pdf
from visualize.check.svg import read_svg
from visualize.check.tikz import read_tikz
from visualize.core.page import Area
from visualize.export.formats import Job
from visualize.export.picture import Picture
from visualize.figure import Figure

pytestmark = pytest.mark.zoo

NAMES = [
    "resnet18", "resnet50", "densenet121", "googlenet", "vit_b_16", "swin_t", "hf:T5Config",
    "hf:LlamaConfig", "timm:dla34", "fasterrcnn_resnet50_fpn", "raft_small", "unet", "siamese",
    "odd",
]  # fmt: skip
READERS = {"svg": read_svg, "pdf": read_pdf, "tex": read_tikz}


class Odd(nn.Module):
    """Chinese, Greek, an emoji, another direction of writing, and a very long name."""

    def __init__(self) -> None:
        super().__init__()
        names = ["编码器", "γ_Ω", "🚀 up", "שלום", "a_very_long_name_" * 6]
        self.steps = nn.ModuleDict({name: nn.Conv2d(2, 2, 3, padding=1) for name in names})

    def forward(self, x: Tensor) -> Tensor:
        """A residual step each, of which the last is another."""
        for name, step in self.steps.items():
            x = torch.relu(x + step(x)) if name.isascii() else x + step(x)
        return x


@functools.cache
def drawn(name: str) -> tuple[Figure, Picture]:
    if name == "unet":
        figure = visualize.draw("outputs/unet.py:UNet", (1, 3, 256, 256))
    elif name == "siamese":
        figure = visualize.draw(Siamese(), [(1, 5, 8), (1, 5, 8)])
    elif name == "odd":
        figure = visualize.draw(Odd(), (1, 2, 9, 9), names=True, fold=False)
    else:
        figure = visualize.draw(name)
    job = Job(figure.scene, figure.theme, figure.direction, name, "", figure.drawing.layout)
    return figure, job.picture


def apart(one: Area, other: Area) -> float:
    sides = zip((one.left, one.top, one.right, one.bottom), (other.left, other.top, other.right,
                other.bottom))  # fmt: skip
    return max(abs(a - b) for a, b in sides)


def assert_same(found: Drawn, picture: Picture, most: float = 0.5) -> None:
    """Every box is where the picture has it, and every line of text is there once."""
    areas = [box.area for box in found.boxes]
    for box in picture.boxes:
        assert min(apart(area, box.area) for area in areas) < most, box.id
    written = Counter("".join(text.text.split()) for text in picture.all_texts())
    assert Counter("".join(text.text.split()) for text in found.texts) == written


@pytest.mark.parametrize("format_name", READERS)
@pytest.mark.parametrize("name", NAMES)
def test_places_and_words(name: str, format_name: str) -> None:
    figure, picture = drawn(name)
    found = READERS[format_name](figure.render(format_name)[format_name], name)
    if name == "odd" and format_name == "pdf":
        pytest.skip("its boxes are as wide as the page, which the reader takes for the background")
    assert_same(found, picture)


@pytest.mark.skipif(not shutil.which("dot"), reason="no command dot")
@pytest.mark.parametrize("name", NAMES)
def test_plain_dot_has_every_box_in_its_place(name: str, tmp_path: Path) -> None:
    figure, picture = drawn(name)
    plain = run_dot(figure.render("dot")["dot"], "plain", tmp_path).stdout
    found = re.findall(
        r"^node (?:\S+|\"[^\"]*\") ([-\d.]+) ([-\d.]+)", plain.decode(), re.MULTILINE
    )
    middles = [(72 * float(x), picture.height - 72 * float(y)) for x, y in found]
    for box in picture.boxes:
        assert min(math.dist(middle, box.area.center) for middle in middles) < 0.5, box.id


@pytest.mark.skipif(not shutil.which("inkscape"), reason="no Inkscape")
@pytest.mark.parametrize("name", NAMES)
def test_inkscape_has_every_box_in_its_place(name: str, tmp_path: Path) -> None:
    figure, picture = drawn(name)
    svg = tmp_path / "figure.svg"
    svg.write_bytes(figure.render("svg")["svg"])
    asked = subprocess.run(["inkscape", "--query-all", svg], capture_output=True, check=True)
    rows = [row.rsplit(",", 4) for row in asked.stdout.decode().splitlines()]
    pixel = 72 / 96
    middles = [
        (pixel * (float(x) + float(width) / 2), pixel * (float(y) + float(height) / 2))
        for _, x, y, width, height in rows
    ]
    for box in picture.boxes:
        assert min(math.dist(middle, box.area.center) for middle in middles) < 0.5, box.id


def kinds(named: Iterable[str | None]) -> Counter[str]:
    return Counter(kind for kind in named if kind)


@pytest.mark.parametrize("name", NAMES)
def test_graphs_have_every_box_arrow_and_kind(name: str) -> None:
    figure, _ = drawn(name)
    scene = figure.scene
    files = figure.render(["graphml", "json", "mmd"])
    graph = nx.read_graphml(io.BytesIO(files["graphml"]), force_multigraph=True)
    assert graph.number_of_edges() == len(scene.all_arrows)
    document = json.loads(files["json"])
    parts = [document, *document["details"]]
    boxes = [box for part in parts for box in part["boxes"]]
    arrows = [arrow for part in parts for arrow in part["arrows"]]
    assert len(boxes) == len(scene.all_boxes)
    assert kinds(one["skip"] for one in arrows) == kinds(one.skip for one in scene.all_arrows)
    flowchart = files["mmd"].decode().partition("subgraph legend")[0]
    assert len(re.findall(r"-->", flowchart)) == len(scene.all_arrows)
