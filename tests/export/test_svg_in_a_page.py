"""Figures in one HTML page: each looks as it does alone, in light and dark, and is accessible."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image, ImageChops

import visualize

CHROMIUM = shutil.which("chromium") or ""
AXE = Path(os.environ.get("MERMAID_HOME", "")) / "node_modules" / "axe-core" / "axe.min.js"
HIGH = 900  # pixels for each figure
NAMED = """<script>
const named = [...document.querySelectorAll("svg")].map(svg =>
  svg.getAttribute("aria-labelledby").split(" ").map(id => document.getElementById(id).textContent)
    .join(" "));
const say = found => { document.title = JSON.stringify(found); };
</script>"""
MODES = {
    "light": 'data-theme="light"',
    "dark": 'data-theme="dark"',
    "slate": 'data-md-color-scheme="slate"',
    "system": "",
}


@pytest.fixture(scope="module")
def svgs() -> list[str]:
    """Two figures that follow the mode of the page, and one that does not."""
    drawn = (("resnet18", "auto"), ("vit_b_16", "auto"), ("squeezenet1_1", "paper"))
    return [visualize.draw(name, theme=theme).svg.partition("?>")[2] for name, theme in drawn]


def page(svgs: Sequence[str], attributes: str = "", script: str = "") -> str:
    figures = "".join(
        f'<div style="position:absolute;left:0;top:{HIGH * place}px">{svg}</div>'
        for place, svg in enumerate(svgs)
        if svg
    )
    return (
        f'<!doctype html><html lang="en" {attributes}><head><meta charset="utf-8">'
        f"<title>Figures</title></head><body><main><h1>Figures</h1>{figures}</main>{script}</html>"
    )


def browse(path: Path, content: str, *options: str) -> str:
    path.write_text(content)
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    done = subprocess.run(
        [*command, *options, path.as_uri()], capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout


def shot(path: Path, content: str) -> Image.Image:
    picture = path.with_suffix(".png")
    # The time in which fonts are read: else a picture may be taken before.
    patience = "--virtual-time-budget=5000"
    browse(path, content, f"--screenshot={picture}", f"--window-size=900,{3 * HIGH}", patience)
    return Image.open(picture).convert("RGB")


@pytest.mark.skipif(not CHROMIUM, reason="no browser")
@pytest.mark.parametrize("mode", MODES)
def test_figures_look_as_each_alone(tmp_path: Path, svgs: list[str], mode: str) -> None:
    together = shot(tmp_path / "all.html", page(svgs, MODES[mode]))
    for place in range(len(svgs)):
        single = [svg if number == place else "" for number, svg in enumerate(svgs)]
        alone = shot(tmp_path / f"{place}.html", page(single, MODES[mode]))
        area = (0, HIGH * place, 900, HIGH * (place + 1))
        assert not ImageChops.difference(together.crop(area), alone.crop(area)).getbbox()
        # The background of the figure.
        is_dark = sum(together.getpixel((3, HIGH * place + 60))) < 200
        assert is_dark == (mode in ("dark", "slate") and place < 2)


@pytest.mark.skipif(not CHROMIUM, reason="no browser")
def test_names_are_those_of_each_figure(tmp_path: Path, svgs: list[str]) -> None:
    script = f"{NAMED}<script>say(named)</script>"
    shown = browse(tmp_path / "names.html", page(svgs, script=script), "--dump-dom")
    (title,) = re.findall(r"<title>(\[.*?\])</title>", shown)
    assert json.loads(html.unescape(title)) == ["resnet18", "vit_b_16", "squeezenet1_1"]


@pytest.mark.skipif(not (CHROMIUM and AXE.exists()), reason="no browser, or no axe-core")
def test_axe_has_no_findings(tmp_path: Path, svgs: list[str]) -> None:
    run = "axe.run().then(found => say(found.violations.map(one => one.id)))"
    script = f"<script>{AXE.read_text()}</script>{NAMED}<script>{run}</script>"
    options = "--dump-dom", "--virtual-time-budget=30000"
    shown = browse(tmp_path / "axe.html", page(svgs, script=script), *options)
    (title,) = re.findall(r"<title>(\[.*?\])</title>", shown)
    assert json.loads(html.unescape(title)) == []
