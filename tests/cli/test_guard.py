"""Code of a model that will not end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import run

_RUDE = """
import os, sys
from torch import nn

{first}
class Rude(nn.Module):
    def __init__(self):
        super().__init__()
        {made}
        self.a = nn.Linear(4, 4)
    def forward(self, x):
        {run}
        return self.a(x)
"""


@pytest.mark.parametrize("where", ["first", "made", "run"])
@pytest.mark.parametrize("act", ["os.chdir('/')", "os.umask(0o777)", "sys.path.clear()"])
def test_a_model_does_not_decide_where_files_are_written(
    folder: Path, act: str, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path, "/elsewhere"])
    parts = {"first": "pass", "made": "pass", "run": "pass", where: act}
    (folder / "rude.py").write_text(_RUDE.format(**parts))
    done = run("draw", "rude.py:Rude", "--input", "1,4", "-o", "net.svg")
    assert done.exit_code == 0, done.output
    assert (folder / "net.svg").stat().st_mode & 0o777 == 0o644
    assert Path.cwd() == folder
    assert "/elsewhere" in sys.path


@pytest.mark.parametrize("where", ["first", "made", "run"])
@pytest.mark.parametrize("kind", ["KeyboardInterrupt", "GeneratorExit", "BaseException"])
def test_what_is_no_exception_is_an_error_of_the_model(folder: Path, kind: str, where: str) -> None:
    parts = {"first": "pass", "made": "pass", "run": "pass", where: f"raise {kind}('no')"}
    (folder / "rude.py").write_text(_RUDE.format(**parts))
    done = run("draw", "rude.py:Rude", "--input", "1,4", "-o", "net.svg")
    assert done.exit_code == 1
    assert done.output == f"visualize: rude.py:Rude: the model's own code raised {kind}\n"
    assert not (folder / "net.svg").exists()


def test_a_model_that_catches_its_interruption_is_ended(folder: Path) -> None:
    code = "from visualize.cli import ending, main; ending._GRACE = 0.2; main()"
    arguments = ["skips", "net.py:Stubborn", "--input", "1,3", "--timeout", "0.5"]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, cwd=folder)
    assert done.returncode == 1
    assert b"not done after 0.5 seconds, and could not be interrupted" in done.stderr
