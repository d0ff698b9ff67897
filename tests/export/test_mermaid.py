"""Mermaid: what Mermaid's own parser accepts, with all boxes, frames and skip connections."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import visualize
from tests.nets import NETS
from visualize.core.choices import Direction
from visualize.core.palette import make_palette
from visualize.core.scene import Scene, SceneArrow, SceneBox
from visualize.export.mermaid import to_mermaid
from visualize.scene.themes import load_theme

PAPER = load_theme("paper")
HOME = os.environ.get("MERMAID_HOME", "")
PARSE = """
import { JSDOM } from "jsdom";
const page = new JSDOM("");
globalThis.window = page.window;
globalThis.document = page.window.document;
const { default: mermaid } = await import("mermaid");
const { readFileSync } = await import("fs");
for (const file of process.argv.slice(2)) await mermaid.parse(readFileSync(file, "utf8"));
"""
NASTY = [
    '"quoted" <b>&amp; #35; `code`',
    "end",
    "a | b -- c --> d",
    "%% {x} [y] (z)",
    "$x$ * _ ~ \\",
]


def drawn(name: str, level: str = "layer") -> tuple[Scene, str]:
    net, shapes = NETS[name]
    figure = visualize.draw(net(), shapes, level=level)
    return figure.scene, figure.render(["mmd"])["mmd"].decode()


@pytest.mark.parametrize("level", ["op", "layer", "block"])
@pytest.mark.parametrize("name", NETS)
def test_every_box_and_arrow_is_there_once(name: str, level: str) -> None:
    scene, text = drawn(name, level)
    lines = [line.strip() for line in text.splitlines()]
    nodes = [line for line in lines if re.match(r"n\d+\(", line)]
    edges = [line for line in lines if re.match(r"n\d+ (-->|==>)", line)]
    assert len(nodes) == len({line.partition("(")[0] for line in nodes}) == len(scene.all_boxes)
    assert len(edges) == len(scene.all_arrows)
    styled = [line for line in lines if line.startswith("linkStyle")]
    assert len(styled) == sum(arrow.skip is not None for arrow in scene.all_arrows)
    opened = [line for line in lines if line.startswith("subgraph")]
    assert len(opened) == lines.count("end")


def test_frames_hold_what_repeats() -> None:
    text = visualize.draw("resnet18").render(["mmd"])["mmd"].decode()
    frame = text[text.index("×2 BasicBlock") : text.index("end")]
    assert frame.count("3×3 conv, 64") == 2
    assert "stroke-dasharray:6 4" in text


@given(st.text(max_size=30))
def test_no_text_ends_its_quotation(text: str) -> None:
    boxes = (SceneBox("a", (text, text), "layer", ("a",), 0, 0, "", "", ""),)
    arrows = (SceneArrow("a", "a", text, None, False, False, ""),)
    scene = Scene("", text, "layer", boxes, (), arrows)
    written = to_mermaid(scene, make_palette(scene, PAPER), Direction.TB)
    comment, *others = written.splitlines()
    assert comment.startswith("%% ")
    assert "".join(others).count('"') == (4 if text else 2)
    assert len(written.splitlines()) == 5


@pytest.mark.skipif(not (HOME and shutil.which("node")), reason="Mermaid is not installed")
def test_the_parser_of_mermaid_accepts_it(tmp_path: Path) -> None:
    names = {f"{name}-{level}": drawn(name, level)[1] for name in NETS for level in ("op", "layer")}
    for number, text in enumerate(NASTY):
        boxes = tuple(
            SceneBox(one, (text, text), "layer", (one,), 0, 0, "", "", "") for one in "ab"
        )
        arrows = (SceneArrow("a", "b", text, "concat", True, False, ""),)
        scene = Scene(text, text, "layer", boxes, (), arrows)
        names[f"nasty{number}"] = to_mermaid(scene, make_palette(scene, PAPER), Direction.LR)
    files = []
    for name, text in names.items():
        files.append(tmp_path / f"{name}.mmd")
        files[-1].write_text(text, encoding="utf-8")
    script = Path(HOME) / "parse.mjs"
    script.write_text(PARSE, encoding="utf-8")
    command = ["node", str(script), *map(str, files)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
