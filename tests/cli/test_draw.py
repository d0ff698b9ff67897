"""`visualize draw`: its files, and what it prints."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import torch
import torchvision

from tests.commands import run
from tests.page.pages import document_in


def test_draw_writes_every_format_in_one_run(folder: Path) -> None:
    outputs = [
        option
        for suffix in ("svg", "pdf", "png", "json", "dot")
        for option in ("-o", f"a.{suffix}")
    ]
    result = run("draw", "resnet18", *outputs)
    assert result.exit_code == 0, result.output
    last = result.stdout.strip().splitlines()[-1]
    for word in (
        "a.svg",
        "a.dot",
        "27 boxes",
        "11,689,512 parameters",
        "1.814 G MACs",
        "8 skip connections",
    ):
        assert word in last
    ET.parse(folder / "a.svg")
    assert (folder / "a.pdf").read_bytes().startswith(b"%PDF")
    assert (folder / "a.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads((folder / "a.json").read_text())["level"] == "layer"
    assert (folder / "a.dot").read_text().startswith("digraph")


def test_a_second_part_is_drawn_too(folder: Path) -> None:
    result = run("draw", "resnet18", "--only", "layer2", "--only", "layer3", "-o", "a.json")
    assert result.exit_code == 0, result.output
    scene = json.loads((folder / "a.json").read_text())
    assert sum(box["parameters"] for box in scene["boxes"]) == 525_568 + 2_099_712
    assert "2,625,280 parameters" in result.stdout


def test_draw_writes_to_outputs_by_default(folder: Path) -> None:
    result = run("draw", "net.py:build(depth=3)", "--input", "1,3,8,8")
    assert result.exit_code == 0, result.output
    assert (folder / "outputs" / "build.svg").exists()


def test_a_figure_larger_than_a_page_is_reported(folder: Path) -> None:
    result = run("draw", "resnet50", "--level", "op", "-o", "a.json")
    assert "(larger than a page of 6.875 × 9 in; --level auto draws less)" in result.stdout
    result = run("draw", "resnet50", "--level", "block", "-o", "a.json")
    assert "larger than a page" not in result.stdout


def test_a_figure_that_fits_at_no_level_says_by_how_much(folder: Path) -> None:
    wanted = ("draw", "resnet18", "--width", "0.9in", "-o", "a.svg")
    printed = run(*wanted).stdout
    needed = re.search(
        r"\(larger than a page of 0.9 × 9 in: ([\d.]+) × [\d.]+ in; --width (\1in) makes room\)",
        printed,
    )
    assert needed, printed
    assert "larger" not in run(*wanted[:3], needed[2], *wanted[4:]).stdout


def test_more_than_mermaid_draws_is_reported(folder: Path) -> None:
    result = run("draw", "densenet121", "--level", "op", "--no-fold", "-o", "a.mmd")
    *_, note = result.stderr.splitlines()
    assert "Mermaid draws 500 arrows and 50,000 characters at most; these are " in note
    assert note.endswith("; --level auto draws less")
    assert (folder / "a.mmd").read_text().startswith("%% Mermaid draws 500 arrows")
    assert "Mermaid" not in run("draw", "densenet121", "-o", "a.mmd").stderr


def test_hiding_a_module_without_a_box_is_reported(folder: Path) -> None:
    arguments = ["draw", "resnet18", "-o", "a.json", "--hide"]
    assert "--hide has no effect at level layer" in run(*arguments, "BatchNorm2d").stderr
    assert "no effect" not in run(*arguments, "maxpool").stderr


def test_text_that_pdflatex_cannot_set_is_reported(folder: Path) -> None:
    result = run("draw", "resnet18", "-o", "a.tex", "--level", "stage", "--title", "残差 γ")
    assert result.exit_code == 0, result.output
    notes = [line for line in result.stderr.splitlines() if "pdflatex" in line]
    assert len(notes) == 1
    assert re.search(r"note: \.tex: pdflatex cannot set 差 残: .* with the font \w+", notes[0])
    assert "pdflatex" not in run("draw", "resnet18", "-o", "a.tex", "--title", "γ").stderr


def test_two_processes_write_the_same_bytes(folder: Path) -> None:
    files = ("a.svg", "a.dot", "a.json", "a.pdf")
    contents = []
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "visualize", "draw", "squeezenet1_1"]
        for name in files:
            command += ["-o", name]
        subprocess.run(command, check=True, capture_output=True, env={"PYTHONHASHSEED": seed})
        contents.append([(folder / name).read_bytes() for name in files])
    assert contents[0] == contents[1]


def test_the_ends_are_boxes_whatever_is_hidden(folder: Path) -> None:
    done = run("draw", "alexnet", "--hide", "*", "-o", "a.svg")
    assert done.stdout.startswith("wrote a.svg: 2 boxes at level ")


def test_a_page_has_what_can_be_measured(folder: Path) -> None:
    """Memory in any case, values where there are weights."""
    build = ("draw", "net.py:build(depth=3)", "--input", "1,3,8,8")
    result = run(*build, "-o", "a.html")
    assert result.exit_code == 0, result.output
    operations = document_in((folder / "a.html").read_bytes())["ops"]
    assert sum(operations["saved"]) > 0
    assert "statistics" not in operations
    torch.save(torchvision.models.resnet18().state_dict(), folder / "weights.pt")
    result = run("draw", "resnet18", "--weights", "weights.pt", "-o", "a.html")
    assert result.exit_code == 0, result.output
    rows = document_in((folder / "a.html").read_bytes())["ops"]["statistics"]
    assert sum(row[0] for row in rows if row) == 11_689_512
