"""Progress on a terminal."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path


def run(*arguments: str, output: int | None = None) -> tuple[bytes, str]:
    """What a command prints to a pipe, and what it shows on a terminal.

    Args:
        arguments: those of the command.
        output: where it prints; None for the terminal.
    """
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "visualize", *arguments]
    process = subprocess.Popen(command, stdout=end if output is None else output, stderr=end)
    os.close(end)
    shown = b""
    with contextlib.suppress(OSError):  # at its end
        while read := os.read(terminal, 4096):
            shown += read
    printed, _ = process.communicate()
    os.close(terminal)
    return printed, shown.decode()


def test_progress_on_a_terminal_leaves_the_output_alone(folder: Path) -> None:
    output, shown = run("graph", "net.py:Slow", "--input", "1,3,8,8", output=subprocess.PIPE)
    assert json.loads(output)["model"]["name"] == "Slow"
    assert "loading net.py:Slow" in shown
    assert '"schema"' not in shown


def test_notes_and_tables_are_not_printed_behind_progress(folder: Path) -> None:
    Path("late.py").write_text(LATE)
    _, guessed = run("summary", "late.py:Net")
    _, failed = run("summary", "late.py:Net", "--input", "1,3,9,9")
    assert "tracing" in guessed
    assert "tracing" in failed
    for shown, words in ((guessed, "visualize: note: assumed"), (failed, "conv   ")):
        (line,) = [line for line in shown.splitlines() if words in line]
        assert re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line).startswith(words)


LATE = """
import time
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        time.sleep(0.5)
        y = self.conv(x)
        if x.shape[-1] == 9:
            raise ValueError("9")
        return y
"""
