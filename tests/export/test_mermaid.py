"""Mermaid: what Mermaid itself accepts and draws, with all boxes, frames, lines and words."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

import visualize
from tests.edited import EDITS, after, before, changed_lines
from tests.nets import NETS
from visualize.core.choices import Direction, SkipKind
from visualize.core.color import contrast
from visualize.core.palette import make_palette
from visualize.core.scene import Scene, SceneArrow, SceneBox, SceneGroup
from visualize.export.mermaid import MOST_EDGES, beyond_limits, to_mermaid
from visualize.scene.themes import load_theme, theme_names

PAPER = load_theme("paper")
HOME = Path(os.environ.get("MERMAID_HOME", ""))
SCRIPT = HOME / "node_modules" / "mermaid" / "dist" / "mermaid.min.js"
CHROMIUM = shutil.which("chromium") or ""
WHITE, DARK = "#ffffff", "#0d1117"
NODE = re.compile(r"(\w+)[(\[]+\"(.*)\"[)\]]+:::(\w+)")
EDGE = re.compile(r"(\w+) (?:(\w+)@)?-->(?:\|\".*\"\|)? (\w+)")
PARSE = """
import { JSDOM } from "jsdom";
const page = new JSDOM("");
globalThis.window = page.window;
globalThis.document = page.window.document;
const { default: mermaid } = await import("mermaid");
const { readFileSync } = await import("fs");
for (const file of process.argv.slice(2)) await mermaid.parse(readFileSync(file, "utf8"));
"""
PAGE = """<!doctype html><meta charset="utf-8">{texts}
<script src="{script}"></script><script>
mermaid.initialize({{startOnLoad: false, securityLevel: "strict", theme: "{theme}"}});
const draw = async () => {{
  for (const [number, box] of [...document.querySelectorAll("pre")].entries()) {{
    try {{ box.innerHTML = (await mermaid.render("f" + number, box.textContent)).svg; }}
    catch (error) {{ box.textContent = error; }}
  }}
}};
draw();
</script>"""
NASTY = [
    '"quoted" <b>&amp; #35; `code`',
    "end",
    "a | b -- c --> d",
    "%% {x} [y] (z)",
    "$x$ * _ ~ \\",
    "1. - + list ]; @{ x }",
]


class Odd(nn.Module):
    """Names that are words of Mermaid, numbers, and characters that it gives a meaning to."""

    def __init__(self) -> None:
        super().__init__()
        names = ["end", "style", "o", "1x", "legend", "γ_编码", "🚀 up", 'a"b<c>&;#x', "long_" * 60]
        self.steps = nn.ModuleDict(
            {name: nn.Conv2d(2, 2, 2 * n + 1) for n, name in enumerate(names)}
        )

    def forward(self, x: Tensor) -> Tensor:
        for step in self.steps.values():
            x = step(x)
        return x


def drawn(name: str, level: str = "layer") -> tuple[Scene, str]:
    if name == "odd":
        figure = visualize.draw(Odd(), (1, 2, 99, 99), level=level, names=True)
    else:
        net, shapes = NETS[name]
        figure = visualize.draw(net(), shapes, level=level)
    return figure.scene, figure.render(["mmd"])["mmd"].decode()


def overview(text: str) -> list[str]:
    """The lines of a flowchart before its legend."""
    return [line.strip() for line in text.partition("  subgraph legend")[0].splitlines()]


def classes(text: str) -> dict[str, dict[str, str]]:
    found = re.findall(r"^  classDef (\w+) (.*)$", text, re.MULTILINE)
    return {name: dict(one.split(":") for one in look.split(",")) for name, look in found}


@pytest.mark.parametrize("level", ["op", "layer", "block"])
@pytest.mark.parametrize("name", [*NETS, "odd"])
def test_every_box_and_arrow_is_there_once(name: str, level: str) -> None:
    scene, text = drawn(name, level)
    lines = overview(text)
    nodes = [found[1] for line in lines if (found := NODE.fullmatch(line))]
    edges = [found for line in lines if (found := EDGE.fullmatch(line))]
    assert len(nodes) == len(set(nodes)) == len(scene.all_boxes)
    assert len(edges) == len(scene.all_arrows)
    assert {end for edge in edges for end in (edge[1], edge[3])} <= set(nodes)
    kinds = [line.rpartition(" ")[2] for line in lines if line.startswith("class ")]
    skips = sorted(arrow.skip for arrow in scene.all_arrows if arrow.skip)
    assert sorted(one for one in kinds if one in {kind.value for kind in SkipKind}) == skips


@pytest.mark.parametrize("level", ["op", "layer", "block", "stage"])
@pytest.mark.parametrize("name", [*NETS, "odd"])
def test_what_has_a_class_is_drawn_and_each_class_has_a_look(name: str, level: str) -> None:
    """A name that is not drawn would be an empty box."""
    text = drawn(name, level)[1]
    named = re.findall(r"(\w+)[(\[]+\"", text) + re.findall(r"(\w+)@-->", text)
    assert len(named) == len(set(named))
    assert set(re.findall(r"^ *class (\w+)", text, re.MULTILINE)) <= set(named)
    used = {*re.findall(r":::(\w+)", text), *re.findall(r"^ *class \w+ (\w+)", text, re.MULTILINE)}
    assert used == set(classes(text))
    assert not re.search(r"^ *(style|linkStyle) ", text, re.MULTILINE)
    assert text.count("  subgraph ") == len(re.findall(r"^ *end$", text, re.MULTILINE))


def test_frames_hold_what_repeats_and_merges_have_their_activation() -> None:
    text = visualize.draw("resnet18").render(["mmd"])["mmd"].decode()
    frame = text[text.index("×2 BasicBlock") : text.index("end")]
    assert frame.count("3×3 conv, 64") == 2
    assert 'layer1_0_add(("#43;<br/><small>ReLU</small>")):::merge' in frame
    assert "class frame_layer1_0 frame1" in text
    assert "layer1_0_conv1 --> layer1_0_conv2" in text


def test_the_legend_explains_lines_colours_and_signs() -> None:
    figure = visualize.draw("resnet50", level="block", color_by="macs")
    text = figure.render("mmd")["mmd"].decode()
    legend = text[text.index("subgraph legend") :]
    for words in (
        "identity shortcut",
        "projection shortcut",
        "M: parameters",
        "A: details",
        "MACs",
    ):
        assert words in legend
    bare = visualize.draw("resnet50", level="block", legend=False).render("mmd")["mmd"].decode()
    assert "legend" not in bare


@pytest.mark.parametrize("theme", theme_names())
def test_a_class_is_called_by_what_has_it(theme: str) -> None:
    figure = visualize.draw("resnet18", level="layer", theme=theme)
    text = figure.render("mmd")["mmd"].decode()
    found = dict(re.findall(r"^ *(\w+)[(\[]+\".*:::(\w+)$", text, re.MULTILINE))
    assert found["layer1_0_conv1"] == "stage1"
    assert found["layer4_0_conv1"] == "stage4"
    assert (found["layer1_0_add"], found["x"], found["fc"]) == ("merge", "terminal", "layer")


def every_kind() -> Scene:
    boxes = tuple(SceneBox(one, (one,), "layer", (one,), 0, 0, "", "", "") for one in "ab")
    arrows = tuple(SceneArrow("a", "b", "", kind.value, True, False, "") for kind in SkipKind)
    return Scene("", "all", "layer", boxes, (), arrows)


@pytest.mark.parametrize("theme", theme_names())
def test_lines_differ_without_colour_and_are_seen_on_light_and_dark_pages(theme: str) -> None:
    scene = every_kind()
    looks = classes(to_mermaid(scene, make_palette(scene, load_theme(theme)), Direction.TB))
    lines = {kind.value: looks[kind.value] for kind in SkipKind}
    ways = {(one["stroke-width"], one.get("stroke-dasharray")) for one in lines.values()}
    assert len(ways) == len(SkipKind)
    assert not ways & {("1px", None), ("2px", None)}
    for one in lines.values():
        assert min(contrast(one["stroke"], page) for page in (WHITE, DARK)) >= 3
        assert "color" not in one


@pytest.mark.parametrize("theme", theme_names())
def test_boxes_and_frames_are_legible_on_light_and_dark_pages(theme: str) -> None:
    figure = visualize.draw("resnet18", theme=theme)
    for name, look in classes(figure.render("mmd")["mmd"].decode()).items():
        if name.startswith("frame"):
            assert float(look["fill-opacity"]) < 0.2
            assert min(contrast(look["stroke"], page) for page in (WHITE, DARK)) >= 3
        elif look.get("fill", "none") != "none":
            assert contrast(look["fill"], look["color"]) >= 4.5


def test_what_mermaid_does_not_draw_is_noted() -> None:
    scene, text = drawn("residual")
    assert not beyond_limits(text)
    many = tuple(scene.arrows[0] for _ in range(MOST_EDGES + 1))
    large = Scene("A title", "", "layer", scene.boxes, scene.groups, many, legend=False)
    lines = to_mermaid(large, make_palette(large, PAPER), Direction.TB).splitlines()
    assert lines[:3] == ["---", 'title: "A title"', "---"]
    assert lines[3] == f"%% {beyond_limits(chr(10).join(lines))}"
    assert "501 and" in lines[3]
    long = Scene("", "x" * 50_000, "layer", (), (), ())
    assert "50,0" in to_mermaid(long, make_palette(long, PAPER), Direction.TB).splitlines()[0]


# At the level block, a block of a new structure has a panel of its own, the first one.
@pytest.mark.parametrize(
    ("level", "edit"), [("layer", one) for one in EDITS] + [("block", "layer")]
)
def test_a_layer_in_front_changes_few_lines(level: str, edit: str) -> None:
    old, new = (
        visualize.draw(model, (1, 3, 224, 224), level=level, name="net").render("mmd")["mmd"]
        for model in (before(), after(edit))
    )
    assert 0 < changed_lines(old, new) < 0.15


@given(st.text(max_size=30))
def test_no_text_ends_its_quotation(text: str) -> None:
    boxes = (SceneBox("a", (text, text), "layer", ("a",), 0, 0, "", "", ""),)
    arrows = (SceneArrow("a", "a", text, None, False, False, ""),)
    scene = Scene("", text, "layer", boxes, (), arrows, legend=False)
    written = to_mermaid(scene, make_palette(scene, PAPER), Direction.TB)
    _, described, *others = written.splitlines()
    assert described.startswith("  accDescr: ")
    assert "".join(others).count('"') == (4 if text else 2)
    assert len(written.splitlines()) == 5


def nasty(text: str) -> str:
    boxes = tuple(
        SceneBox(one, (text, text), "layer", (one,), 0, 0, "g", "", "", name=text) for one in "ab"
    )
    groups = (SceneGroup("g", text, text, "stage", "", framed=True, path=text),)
    arrows = (SceneArrow("a", "b", text, "concat", True, False, ""),)
    scene = Scene(text, text, "layer", boxes, groups, arrows)
    return to_mermaid(scene, make_palette(scene, PAPER), Direction.LR, text)


@pytest.mark.skipif(not (SCRIPT.exists() and shutil.which("node")), reason="no Mermaid")
def test_the_parser_of_mermaid_accepts_it(tmp_path: Path) -> None:
    names = {
        f"{name}-{level}": drawn(name, level)[1]
        for name in (*NETS, "odd")
        for level in ("op", "layer")
    }
    names |= {f"nasty{number}": nasty(text) for number, text in enumerate(NASTY)}
    files = []
    for name, text in names.items():
        files.append(tmp_path / f"{name}.mmd")
        files[-1].write_text(text, encoding="utf-8")
    script = HOME / "parse.mjs"
    script.write_text(PARSE, encoding="utf-8")
    command = ["node", str(script), *map(str, files)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-2000:]


def in_a_browser(texts: list[str], theme: str, folder: Path) -> list[str]:
    """What Chromium draws of flowcharts: each an SVG as text."""
    page = folder / "page.html"
    boxes = "".join(f"<pre>{html.escape(text)}</pre>" for text in texts)
    source = PAGE.format(script=SCRIPT.as_uri(), texts=boxes, theme=theme)
    page.write_text(source, encoding="utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--virtual-time-budget=60000", "--dump-dom"]
    result = subprocess.run([*command, page.as_uri()], capture_output=True, text=True, check=False)
    return re.findall(r"<pre>(.*?)</pre>", result.stdout, re.DOTALL)


def assert_drawn(found: str, text: str) -> None:
    """Check that an SVG shows all nodes, arrows and frames of a flowchart, and no more."""
    assert found.startswith("<svg"), found[:500]
    nodes = set(re.findall(r"^ *(\w+)[(\[]+\".*:::", text, re.MULTILINE))
    assert len(re.findall(r'<g class="node ', found)) == len(nodes)
    edges = sum(bool(EDGE.fullmatch(line.strip())) for line in text.splitlines())
    lines = re.findall(r'class="([^"]*) flowchart-link', found)
    assert sum("edge-thickness-invisible" not in line for line in lines) == edges
    assert len(re.findall(r'<g class="cluster ', found)) == text.count("  subgraph ")
    for color, width in re.findall(r"classDef \w+ stroke:(#\w+),stroke-width:(\w+)", text):
        assert re.search(rf'style="[^"]*stroke:\s*{color};\s*stroke-width:\s*{width}', found)


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.skipif(not (SCRIPT.exists() and CHROMIUM), reason="no Mermaid or no Chromium")
@pytest.mark.parametrize("theme", ["default", "dark"])
def test_mermaid_draws_all_of_it(theme: str, tmp_path: Path) -> None:
    scenes = [drawn(name) for name in ("residual", "unet", "transformer", "odd")]
    texts = [*(text for _, text in scenes), nasty(" ".join(NASTY))]
    found = in_a_browser(texts, theme, tmp_path)
    assert len(found) == len(texts)
    for svg, text in zip(found, texts):
        assert_drawn(svg, text)
    plain = [words(html.unescape(re.sub(r"<[^>]*>", " ", svg))) for svg in found]
    for (scene, _), written in zip(scenes, plain):
        for box in scene.all_boxes:
            assert all(words(line) in written for line in box.label)
    assert words(" ".join(NASTY)) in plain[-1]
