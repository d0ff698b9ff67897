"""`visualize check`: clean figures pass, at the width at which they are printed."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import visualize
from tests.graphs import resnet
from visualize.check import check_figure, check_file
from visualize.core.errors import FigureError, UsageError

OUTPUTS = Path(__file__).parents[2] / "outputs"
FIGURES = sorted([*OUTPUTS.glob("*.svg"), *OUTPUTS.glob("*.pdf")])


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return visualize.draw(resnet()).render(["svg", "pdf", "tex"])


@pytest.mark.parametrize("path", FIGURES, ids=lambda path: path.name)
def test_every_figure_of_the_gallery_is_clean(path: Path) -> None:
    assert not check_file(path)


@pytest.mark.parametrize("theme", ["paper", "mono", "dark"])
@pytest.mark.parametrize("direction", ["TB", "LR", "BT"])
def test_a_drawn_figure_is_clean(theme: str, direction: str) -> None:
    figure = visualize.draw(resnet(), theme=theme, direction=direction)
    files = figure.render(["svg", "pdf", "tex"])
    for format_name, data in files.items():
        assert not check_figure(data, format_name)


def test_type_is_measured_at_the_printed_width(files: dict[str, bytes]) -> None:
    width = float(ET.fromstring(files["svg"]).get("viewBox", "").split()[2])
    for format_name in ("svg", "pdf", "tex"):
        # Second lines have 7 pt; at 6 / 7 of the width they are as small as they may be.
        assert not check_figure(files[format_name], format_name, width=width * 0.87)
        found = check_figure(files[format_name], format_name, width=width * 0.84)
        assert [one.rule for one in found] == ["type size"]
        assert "5.9 pt" in found[0].message


def test_what_is_no_figure(tmp_path: Path) -> None:
    for name in ("net.svg", "net.pdf", "net.tex"):
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

    assert run() == (0, f"{figure}: no problems found\n")
    status, printed = run("--width", "1in")
    assert status == 1
    assert "type size" in printed
