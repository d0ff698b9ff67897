"""Progress on a terminal."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
from pathlib import Path


def test_progress_on_a_terminal_leaves_the_output_alone(folder: Path) -> None:
    terminal, end = pty.openpty()
    command = [sys.executable, "-m", "visualize", "graph", "net.py:Slow", "--input", "1,3,8,8"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=end)
    os.close(end)
    shown = b""
    with contextlib.suppress(OSError):  # at its end
        while read := os.read(terminal, 4096):
            shown += read
    output, _ = process.communicate()
    os.close(terminal)
    assert json.loads(output)["model"]["name"] == "Slow"
    assert "loading net.py:Slow" in shown.decode()
    assert '"schema"' not in shown.decode()
