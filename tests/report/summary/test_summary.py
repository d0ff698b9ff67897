"""The summary as a table, in every format."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from visualize.core.choices import Sort
from visualize.core.summary import Summary
from visualize.report import write_summary


def test_markdown_has_as_many_cells_in_each_line(resnet18: Summary) -> None:
    lines = [line for line in write_summary(resnet18, "md").splitlines() if line.startswith("|")]
    assert len(lines) == len(resnet18.rows) + 2
    assert len({line.count("|") - line.count("\\|") for line in lines}) == 1


def test_sorting_puts_the_largest_first(resnet18: Summary) -> None:
    lines = write_summary(resnet18, "csv", sort=Sort.PARAMETERS).splitlines()
    assert [line.partition(",")[0] for line in lines[1:4]] == [
        "layer4[1]",
        "layer4[0]",
        "layer3[1]",
    ]
    assert "layer4_total" not in "".join(lines)
    assert lines[-1].startswith("TOTAL")


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="TeX is not installed")
def test_latex_compiles(resnet18: Summary, tmp_path: Path) -> None:
    table = write_summary(resnet18, "latex")
    page = "\\documentclass{article}\\usepackage{booktabs}\\begin{document}\\tiny %s\\end{document}"
    (tmp_path / "table.tex").write_text(page % table, encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "table.tex"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-2000:]
