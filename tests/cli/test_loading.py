"""Loading and tracing for a command: notes to the user, and where they are printed."""

from __future__ import annotations

import json
from pathlib import Path

from tests.commands import run


def test_what_a_model_prints_stays_out_of_the_document(folder: Path) -> None:
    result = run("graph", "net.py:Tiny", "--input", "1,3,8,8")
    assert json.loads(result.stdout)["model"]["name"] == "Tiny"
    assert "forward is running" in result.stderr


def test_assumed_inputs_are_reported(folder: Path) -> None:
    result = run("skips", "net.py:Tiny")
    assert result.exit_code == 0
    assert "assumed --input 1,3,224,224, as conv (Conv2d) takes 3 channels" in result.stderr
    assert "tracer" not in result.stderr
    assert "assumed" not in run("skips", "net.py:Tiny", "--input", "1,3,8,8").stderr


def test_notes_are_in_the_language_of_the_report(folder: Path) -> None:
    result = run("summary", "net.py:Tiny", "--lang", "zh")
    assert "visualize: 提示：未指定输入，按 --input 1,3,224,224 处理" in result.stderr
    result = run("skips", "net.py:Branching", "--input", "1,3", "--lang", "zh")
    assert "控制流取决于张量的值" in result.stderr


def test_a_run_on_values_is_reported_and_verbose_gives_the_reason(folder: Path) -> None:
    arguments = ["skips", "net.py:Branching", "--input", "1,3"]
    assert "depends on values: the model was run on the CPU" in run(*arguments).stderr
    result = run(*arguments, "-v")
    assert "symbolic tracing failed: net.py:17: `if x.sum() > 0:`" in result.stderr
    assert "traced by the recorded tracer" in result.stderr
