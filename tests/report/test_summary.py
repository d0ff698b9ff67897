"""The summary as a table, in every format."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from pathlib import Path

import pytest
import torch
from rich.cells import cell_len
from torch import Tensor, nn

import visualize
import visualize.report
from visualize.core.summary import Row, Summary
from visualize.report import write_summary

# What the script that the project began from printed: row, parameters, shape of the weight.
ORIGINAL = (
    ("conv1", 9408, (64, 3, 7, 7)),
    ("bn1", 128, (64,)),
    ("layer1[0]", 73984, ()),
    ("layer1[1]", 73984, ()),
    ("layer1_total", 147968, ()),
    ("layer2[0]", 230144, ()),
    ("layer2[1]", 295424, ()),
    ("layer2_total", 525568, ()),
    ("layer3[0]", 919040, ()),
    ("layer3[1]", 1180672, ()),
    ("layer3_total", 2099712, ()),
    ("layer4[0]", 3673088, ()),
    ("layer4[1]", 4720640, ()),
    ("layer4_total", 8393728, ()),
    ("fc", 513000, (1000, 512)),
    ("TOTAL", 11689512, ()),
)


@pytest.fixture(scope="module")
def resnet18() -> Summary:
    return visualize.summarize("resnet18")


def row(summary: Summary, name: str) -> Row:
    (found,) = (row for row in summary.rows if row.name == name)
    return found


def test_it_holds_all_that_the_original_script_printed(resnet18: Summary) -> None:
    rows = {row.name: row for row in resnet18.rows}
    for name, parameters, weight in ORIGINAL:
        assert (rows[name].parameters, rows[name].weight) == (parameters, weight)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_printed_table_has_these_numbers(resnet18: Summary, language: str) -> None:
    lines = write_summary(resnet18, "table", language=language).splitlines()
    for name, parameters, weight in ORIGINAL:
        (line,) = (line for line in lines if line.split()[:1] == [name])
        assert str(parameters) in line.split()
        assert not weight or str(weight) in line


def test_blocks_say_what_their_shortcuts_are(resnet18: Summary) -> None:
    assert row(resnet18, "layer1[0]").skips == {"identity": 1}
    assert row(resnet18, "layer2[0]").skips == {"projection": 1}
    table = write_summary(resnet18, "md")
    assert "BasicBlock, projection shortcut" in table
    assert "7×7 conv, 64, /2" in table


class Tied(nn.Module):
    """An embedding whose weight is also that of the last layer."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(10, 4)
        self.head = nn.Linear(4, 10, bias=False)
        self.head.weight = self.embed.weight
        self.extra = nn.Linear(3, 3)
        self.scale = nn.Parameter(torch.ones(4), requires_grad=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """Predict tokens."""
        result: Tensor = self.head(self.embed(tokens) * self.scale)
        return result


def test_tied_frozen_and_unused_parameters_are_listed() -> None:
    summary = visualize.summarize(Tied(), torch.zeros(1, 5, dtype=torch.int64))
    assert row(summary, "embed").parameters == 40
    assert row(summary, "head").parameters == 0
    assert row(summary, "head").shares == ("embed.weight",)
    assert row(summary, "scale").weight == (4,)
    assert row(summary, "unused").parameters == 12
    table = write_summary(summary, "table")
    assert "tied to embed.weight" in table
    assert "frozen" in table
    assert "never used: extra" in table
    assert "56 parameters, 4 of them frozen.\n21.4 % of the parameters are never used.\n" in table
    assert "Tied weights (counted once): embed.weight = head.weight." in table


def test_csv_and_json_are_exact(resnet18: Summary) -> None:
    cells = list(csv.DictReader(io.StringIO(write_summary(resnet18, "csv"))))
    assert [cell["layer"] for cell in cells] == [row.name for row in resnet18.rows]
    assert [cell["path"] for cell in cells] == [row.path for row in resnet18.rows]
    assert {cell["layer"]: cell["path"] for cell in cells}["layer1[0]"] == "layer1.0"
    assert cells[0]["MACs"] == "118013952"
    assert cells[-1]["activations"] == str(resnet18.total.memory)
    document = json.loads(write_summary(resnet18, "json"))
    assert document["schema"] == 1
    assert document["facts"]["depth"] == 18
    assert sum(document["facts"]["paths"]["lengths"].values()) == 256
    assert document["rows"][0]["weight"] == [64, 3, 7, 7]
    assert document["rows"][-1]["receptive_field"] == [None, None]


def test_markdown_has_as_many_cells_in_each_line(resnet18: Summary) -> None:
    lines = [line for line in write_summary(resnet18, "md").splitlines() if line.startswith("|")]
    assert len(lines) == len(resnet18.rows) + 2
    assert len({line.count("|") - line.count("\\|") for line in lines}) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_columns_are_aligned(resnet18: Summary, language: str) -> None:
    lines = write_summary(resnet18, "table", language=language).splitlines()
    (rule,) = (index for index, line in enumerate(lines) if line.strip().startswith("──"))
    (weights,) = {
        cell_len(line[: line.index("(")]) for line in lines[rule:] if line.startswith("  conv1")
    }
    classes = [line for line in lines[rule:] if line.startswith("  fc")]
    assert cell_len(classes[0][: classes[0].index("(")]) == weights


def test_a_narrow_terminal_gets_fewer_columns(resnet18: Summary) -> None:
    lines = write_summary(resnet18, "table", width=100).splitlines()
    assert max(map(cell_len, lines)) <= 100
    assert "71.8" in "".join(lines)
    assert "receptive field" not in "".join(lines)


def test_sorting_puts_the_largest_first(resnet18: Summary) -> None:
    lines = write_summary(resnet18, "csv", sort="parameters").splitlines()
    assert [line.partition(",")[0] for line in lines[1:4]] == [
        "layer4[1]",
        "layer4[0]",
        "layer3[1]",
    ]
    assert "layer4_total" not in "".join(lines)
    assert lines[-1].startswith("TOTAL")


def test_documentation_and_weights_are_listed(resnet18: Summary) -> None:
    assert resnet18.documentation.startswith("ResNet-18 from Deep Residual Learning for Image")
    assert resnet18.published == ("IMAGENET1K_V1",)
    assert "arxiv.org/abs/1512.03385" in write_summary(resnet18, "md")


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="TeX is not installed")
def test_latex_compiles(resnet18: Summary, tmp_path: Path) -> None:
    table = write_summary(resnet18, "latex")
    page = "\\documentclass{article}\\usepackage{booktabs}\\begin{document}\\tiny %s\\end{document}"
    (tmp_path / "table.tex").write_text(page % table, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "table.tex"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-2000:]
