"""Hostile texts in every format, read by its own reader: nothing runs, nothing breaks out."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

import visualize
from tests.hostile_text import ATTACKS, RAN, STEERING, UNSEEN, hostile_model
from visualize.cli import main

CHROMIUM = shutil.which("chromium") or ""
MERMAID = Path(os.environ.get("MERMAID_HOME", "")) / "node_modules/mermaid/dist/mermaid.min.js"
ACTIVE = {"script", "foreignobject", "iframe", "set", "animate", "image", "object", "a"}


@pytest.fixture(scope="module")
def figure() -> visualize.Figure:
    return visualize.draw(
        hostile_model(), (1, 4), level="layer", title=" ".join(ATTACKS), names=True, fold=False,
        labels={"*": 'l"><script>'},
    )  # fmt: skip


@pytest.fixture(scope="module")
def drawn(figure: visualize.Figure) -> dict[str, bytes]:
    return figure.render(["svg", "pdf", "png", "tex", "mmd", "dot", "graphml", "json"])


def browse(path: Path, content: str) -> str:
    path.write_text(content, encoding="utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    done = subprocess.run(
        [*command, "--virtual-time-budget=5000", path.as_uri()], capture_output=True, timeout=120
    )
    return done.stdout.decode()


def ran(dom: str) -> bool:
    """Whether a script has written to the root of a page."""
    return bool(re.search(rf"<(html|svg)[^>]*\b{RAN}=", dom, re.IGNORECASE))


def test_svg_holds_nothing_active(drawn: dict[str, bytes]) -> None:
    tree = ET.fromstring(drawn["svg"])
    for element in tree.iter():
        assert element.tag.rpartition("}")[2].lower() not in ACTIVE
        for name, value in element.attrib.items():
            assert not name.lower().startswith("on")
            assert not value.lower().startswith("javascript:") or "label" in name or "text" in name


@pytest.mark.skipif(not CHROMIUM, reason="no browser")
def test_svg_runs_nothing(tmp_path: Path, drawn: dict[str, bytes]) -> None:
    svg = drawn["svg"].decode()
    assert not ran(browse(tmp_path / "x.svg", svg))
    page = f"<!doctype html><meta charset=utf-8><body>{svg.partition('?>')[2]}</body>"
    shown = browse(tmp_path / "x.html", page)
    assert not ran(shown)
    assert re.search(r"</svg>\s*</body></html>\s*$", shown)


@pytest.mark.skipif(not CHROMIUM, reason="no browser")
def test_the_fixture_would_be_noticed(tmp_path: Path) -> None:
    page = f"<!doctype html><body><script>document.documentElement.setAttribute('{RAN}',1)</script>"
    assert ran(browse(tmp_path / "x.html", page))


@pytest.mark.skipif(not (CHROMIUM and MERMAID.exists()), reason="no browser, or no Mermaid")
def test_mermaid_runs_nothing(tmp_path: Path, drawn: dict[str, bytes]) -> None:
    shown = browse(
        tmp_path / "x.html",
        f"""<!doctype html><meta charset="utf-8"><div id="out"></div>
        <script src="{MERMAID}"></script><script>
        mermaid.initialize({{startOnLoad: false}});
        mermaid.render("f", {json.dumps(drawn["mmd"].decode()).replace("</", "<" + chr(92) + "/")})
          .then(made => {{ out.innerHTML = made.svg; }}, error => {{ document.title = "bad"; }});
        </script>""",
    )
    assert not ran(shown)
    assert "<title>bad" not in shown
    assert "<svg" in shown


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="no TeX")
def test_latex_reads_and_writes_nothing(tmp_path: Path, drawn: dict[str, bytes]) -> None:
    (tmp_path / "x.tex").write_bytes(
        b"\\documentclass{article}\\usepackage{tikz}\\usepackage[T1]{fontenc}\\pagestyle{empty}"
        b"\\begin{document}\\input{y.tex}END OF IT\\end{document}"
    )
    (tmp_path / "y.tex").write_bytes(drawn["tex"])
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-shell-escape", "x.tex"],
        cwd=tmp_path, capture_output=True, timeout=120,
    )  # fmt: skip
    log = done.stdout.decode("utf-8", "replace")
    assert "(/etc/passwd" not in re.sub(r"\s", "", log)  # as TeX lists a file that it reads
    assert not (tmp_path / RAN).exists()
    assert {path.name for path in tmp_path.iterdir()} <= {
        f"x.{e}" for e in ("tex", "aux", "log", "pdf")
    } | {"y.tex"}


@pytest.mark.skipif(not shutil.which("dot"), reason="no Graphviz")
def test_dot_has_no_links(drawn: dict[str, bytes]) -> None:
    done = subprocess.run(["dot", "-Tsvg"], input=drawn["dot"], capture_output=True, check=True)
    tree = ET.fromstring(done.stdout)
    assert not [each for each in tree.iter() if each.tag.rpartition("}")[2] == "script"]
    # Tooltips are titles of elements that lead nowhere.
    assert not [each for each in tree.iter() if any(key.endswith("href") for key in each.attrib)]


def test_graphml_json_and_png_are_read(drawn: dict[str, bytes]) -> None:
    nodes = [e for e in ET.fromstring(drawn["graphml"]).iter() if e.tag.endswith("}node")]
    assert nodes
    assert json.loads(drawn["json"])
    Image.open(io.BytesIO(drawn["png"])).verify()


def test_pdf_has_no_actions(drawn: dict[str, bytes]) -> None:
    assert not re.search(rb"/(JavaScript|JS|AA|Launch|URI|EmbeddedFile)\b", drawn["pdf"])


def test_markdown_renders_no_markup_of_its_own() -> None:
    markdown = pytest.importorskip("markdown_it")
    text = visualize.summarize(hostile_model(), (1, 4)).to_text(format="md")
    html = markdown.MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text)
    active = re.findall(r"<(script|img|svg|a|iframe|set|foreignObject|style)\b[^>]*>", html, re.I)
    assert not active
    rows = re.findall(r"<tr>(.*?)</tr>", html, re.DOTALL)
    assert len({len(re.findall(r"<t[dh]\b", row)) for row in rows}) == 1


@pytest.mark.parametrize("format_name", ["table", "md", "csv", "latex", "json"])
def test_no_text_steers_a_terminal(format_name: str) -> None:
    described = visualize.summarize(hostile_model(), (1, 4))
    text = described.to_text(format=format_name)
    assert text.encode()
    assert not STEERING & set(text)


def test_csv_computes_nothing() -> None:
    text = visualize.summarize(hostile_model(), (1, 4)).to_text(format="csv")
    rows = [row for row in csv.reader(io.StringIO(text)) if row]
    assert len({len(row) for row in rows}) == 1
    assert not [cell for row in rows for cell in row if cell[:1] in "=@\t" and cell]


def test_captions_and_messages_are_lines(figure: visualize.Figure) -> None:
    for text in (figure.caption(), figure.alternative_text()):
        assert text.encode()
        assert not STEERING & set(text)


@pytest.mark.parametrize("attack", [text for text in ATTACKS if "\x00" not in text])
def test_errors_are_one_line(attack: str) -> None:
    usable = attack.encode("utf-8", "replace").decode()
    for command in (["draw", usable], ["check", usable], ["draw", "resnet18", "--theme", usable]):
        shown = CliRunner().invoke(main, ["--", *command][1:])
        assert shown.exit_code in (1, 2)
        assert "Traceback" not in shown.output
        assert "unexpected " not in shown.stderr
        assert not STEERING & set(shown.stderr)


def test_unseen_characters_are_among_the_attacks() -> None:
    assert set("".join(UNSEEN)) >= STEERING
