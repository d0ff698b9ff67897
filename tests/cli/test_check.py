"""`visualize check` and `draw --check`: findings, one a line, and the exit status."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import fails, run


@pytest.fixture
def figure(folder: Path) -> str:
    assert run("draw", "alexnet", "-o", "a.svg", "-o", "a.pdf").exit_code == 0
    return "a.svg"


def test_a_clean_figure(figure: str) -> None:
    done = run("check", figure, "a.pdf")
    assert done.exit_code == 0
    assert done.stdout == "a.svg: no problems found\na.pdf: no problems found\n"


def test_a_figure_that_is_printed_too_small(figure: str) -> None:
    done = run("check", figure, "--width", "0.5in")
    assert done.exit_code == 1
    assert all(line.startswith("a.svg: ") for line in done.stdout.splitlines())
    assert "at least 6 pt" in done.stdout


def test_a_figure_is_checked_as_it_is_drawn(folder: Path) -> None:
    done = run("draw", "alexnet", "-o", "b.pdf", "-o", "b.json", "--check")
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "b.pdf: no problems found")
    done = run("draw", "alexnet", "-o", "b.json", "--check")
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "b.json: no problems found")


def test_mistakes(folder: Path) -> None:
    assert "nowhere.svg" in fails(1, "check", "nowhere.svg")
    assert "width" in fails(2, "check", "nowhere.svg", "--width", "wide")
    assert run("check").exit_code == 2


def test_figures_before_a_missing_one_are_reported(figure: str) -> None:
    done = run("check", figure, "nowhere.svg")
    assert (done.exit_code, done.stdout) == (1, "a.svg: no problems found\n")
    assert done.stderr == (
        "visualize: nowhere.svg: cannot be read: No such file or directory; check the path\n"
    )
