"""`visualize check`: clean figures pass; a figure with one fault fails by the rule for it."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

import visualize
from tests.graphs import resnet
from visualize.check import RULES, check_figure, check_file
from visualize.core.errors import FigureError, UsageError

OUTPUTS = Path(__file__).parent.parent / "outputs"
FIGURES = sorted([*OUTPUTS.glob("*.svg"), *OUTPUTS.glob("*.pdf")])
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return visualize.draw(resnet()).render(["svg", "pdf"])


@pytest.mark.parametrize("path", FIGURES, ids=lambda path: path.name)
def test_every_figure_of_the_gallery_is_clean(path: Path) -> None:
    assert not check_file(path)


@pytest.mark.parametrize("theme", ["paper", "mono", "dark"])
@pytest.mark.parametrize("direction", ["TB", "LR", "BT"])
def test_a_drawn_figure_is_clean(theme: str, direction: str) -> None:
    files = visualize.draw(resnet(), theme=theme, direction=direction).render(["svg", "pdf"])
    for format_name, data in files.items():
        assert not check_figure(data, format_name)


def test_type_is_measured_at_the_printed_width(files: dict[str, bytes]) -> None:
    width = float(ET.fromstring(files["svg"]).get("viewBox", "").split()[2])
    for format_name in ("svg", "pdf"):
        # Second lines have 7 pt; at 6 / 7 of the width they are as small as they may be.
        assert not check_figure(files[format_name], format_name, width=width * 0.87)
        found = check_figure(files[format_name], format_name, width=width * 0.84)
        assert [one.rule for one in found] == ["type size"]
        assert "5.9 pt" in found[0].message


def _arrow(root: ET.Element) -> ET.Element:
    return next(one for one in root.iter(f"{SVG}g") if one.get("id") == "arrow-1")


def _box_texts(root: ET.Element) -> list[ET.Element]:
    boxes = [one for one in root.iter(f"{SVG}g") if "box" in one.get("class", "").split()]
    return [text for box in boxes for text in box.iter(f"{SVG}text")]


def pale_text(root: ET.Element) -> None:
    _box_texts(root)[1].set("fill", "#b0b0b0")


def text_on_text(root: ET.Element) -> None:
    one, other = _box_texts(root)[1:3]
    other.set("y", str(float(one.get("y", "0")) + 2))


def arrow_through_box(root: ET.Element) -> None:
    box = next(one for one in root.iter(f"{SVG}g") if "layer" in one.get("class", "").split())
    x, y = re.findall(r"-?[\d.]+", box.find(f"{SVG}path").get("d"))[:2]  # type: ignore[union-attr, arg-type]
    path = _arrow(root).find(f"{SVG}path")
    path.set("d", f"M{x},{float(y) + 3} L{float(x) - 12},{float(y) + 3}")  # type: ignore[union-attr]


def arrow_through_text(root: ET.Element) -> None:
    text = next(one for one in root.iter(f"{SVG}text") if one.get("font-size") == "7.00")
    note = ET.SubElement(next(root.iter(f"{SVG}g")), f"{SVG}g", {"class": "node note"})
    page = root.get("viewBox", "").split()
    note.append(text_at("apart", float(page[2]) - 20, -float(page[3]) + 8, text))
    line = f"M{float(page[2]) - 40},{-float(page[3]) + 6} L{float(page[2])},{-float(page[3]) + 6}"
    _arrow(root).find(f"{SVG}path").set("d", line)  # type: ignore[union-attr]


def text_at(text: str, x: float, y: float, like: ET.Element) -> ET.Element:
    element = ET.Element(f"{SVG}text", {**like.attrib, "x": f"{x:.2f}", "y": f"{y:.2f}"})
    element.text = text
    return element


def box_on_box(root: ET.Element) -> None:
    boxes = [one for one in root.iter(f"{SVG}g") if "merge" in one.get("class", "").split()]
    copy = ET.SubElement(next(root.iter(f"{SVG}g")), f"{SVG}g", {"class": "node box merge"})
    copy.extend(one for one in boxes[0] if one.tag in (f"{SVG}title", f"{SVG}ellipse"))


def beyond_the_page(root: ET.Element) -> None:
    page = root.get("viewBox", "").split()
    root.set("viewBox", f"{page[0]} {page[1]} {float(page[2]) - 12} {page[3]}")


def alike_arrows(root: ET.Element) -> None:
    drawn = [one for one in root.iter(f"{SVG}g") if "arrow" in one.get("class", "").split()]
    plain = [one for one in drawn if "skip" not in one.get("class", "").split()]
    for shape in plain[0]:
        if shape.get("stroke"):
            shape.set("stroke", "#33604d")


def alike_stages(root: ET.Element) -> None:
    for group in root.iter(f"{SVG}g"):
        for stage, line in (("stage1", "#d85a30"), ("stage2", "#50ae30")):
            if stage in group.get("class", "").split():
                for shape in group.iter(f"{SVG}path"):
                    shape.set("fill", "#ffffff")
                    shape.set("stroke", line)


def without_font(root: ET.Element) -> None:
    root.remove(root.find(f"{SVG}style"))  # type: ignore[arg-type]


def lost_parameters(root: ET.Element) -> None:
    group = next(one for one in root.iter(f"{SVG}g") if one.get("data-parameters"))
    group.set("data-parameters", str(int(group.get("data-parameters", "0")) - 1))


DAMAGE: dict[str, Callable[[ET.Element], None]] = {
    "contrast": pale_text,
    "text over text": text_on_text,
    "arrow over box": arrow_through_box,
    "arrow over text": arrow_through_text,
    "box over box": box_on_box,
    "off the page": beyond_the_page,
    "colours of arrows": alike_arrows,
    "colours of stages": alike_stages,
    "fonts": without_font,
    "parameters": lost_parameters,
}


def test_every_rule_has_a_damaged_figure() -> None:
    assert DAMAGE.keys() == RULES.keys()


@pytest.mark.parametrize("rule", DAMAGE)
def test_a_damaged_figure_is_found_out(rule: str, files: dict[str, bytes]) -> None:
    root = ET.fromstring(files["svg"])
    DAMAGE[rule](root)
    found = {finding.rule for finding in check_figure(ET.tostring(root), "svg")}
    assert rule in found
    # One fault may be two: what moves onto another thing may also touch its text.
    assert len(found) <= 2


def test_a_character_that_no_font_holds(files: dict[str, bytes]) -> None:
    damaged = files["svg"].decode().replace("image ", "图像 ").encode()
    messages = [str(finding) for finding in check_figure(damaged, "svg")]
    assert messages == ["fonts: no embedded font has 像 图"]


def test_a_pdf_without_its_font(files: dict[str, bytes]) -> None:
    damaged = re.sub(rb"/FontFile2 \d+ 0 R", lambda match: b" " * len(match[0]), files["pdf"])
    assert {finding.rule for finding in check_figure(damaged, "pdf")} == {"fonts"}


def test_what_is_no_figure(tmp_path: Path) -> None:
    for name in ("net.svg", "net.pdf"):
        path = tmp_path / name
        path.write_text("no figure")
        with pytest.raises(FigureError, match=name):
            check_file(path)
    with pytest.raises(FigureError, match="gone"):
        check_file(tmp_path / "gone.svg")
    (tmp_path / "net.png").write_bytes(b"")
    with pytest.raises(UsageError, match="png"):
        check_file(tmp_path / "net.png")


def test_the_command(tmp_path: Path, files: dict[str, bytes]) -> None:
    figure = tmp_path / "net.svg"
    figure.write_bytes(files["svg"])

    def run(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "visualize", "check", str(figure), *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.returncode, done.stdout

    assert run() == (0, f"{figure}: nothing falls short\n")
    status, told = run("--width", "1in")
    assert status == 1
    assert "type size" in told
