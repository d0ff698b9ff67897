from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.commands import fails, run

pytest.importorskip("joblib")


def test_many_models(folder: Path) -> None:
    arguments = ("gallery", "net.py:Tiny", "net.py:Failing", "squeezenet1_1", "-o", "site")
    result = run(*arguments, "--jobs", "1")
    assert result.exit_code == 0
    assert re.fullmatch(
        r"wrote site/index\.html: 2 drawn, 1 failed; 3 in [\d.]+ s, [\d.]+ a second\n",
        result.stdout,
    )
    (line,) = result.stderr.splitlines()
    assert line.startswith("visualize: net.py:Failing: ")
    assert "no licence" in line
    assert (folder / "site" / "squeezenet1_1" / "page.html").exists()
    again = run(*arguments, "--jobs", "1")
    assert again.stdout.startswith("wrote site/index.html: 0 drawn, 2 unchanged, 1 failed; 1 in ")


def test_nothing_could_be_drawn(folder: Path) -> None:
    assert run("gallery", "net.py:Failing", "-o", "site", "--jobs", "1").exit_code == 1


def test_errors_are_one_line(folder: Path) -> None:
    assert "did you mean" in fails(1, "gallery", "resnet81", "-o", "site")
    (folder / "taken").write_text("")
    assert "is a file; name a folder" in fails(2, "gallery", "resnet18", "-o", "taken")
    assert "does not exist" in fails(1, "gallery", "resnet18", "-o", "no/site")
    assert "neon" in fails(2, "gallery", "resnet18", "-o", "site", "--theme", "neon")
    both = ("--jobs", "2", "--scheduler", "tcp://a:1")
    assert "the cluster decides" in fails(2, "gallery", "resnet18", "-o", "site", *both)
    assert not (folder / "site").exists()
