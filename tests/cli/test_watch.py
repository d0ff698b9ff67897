"""The command itself, followed while its files change."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands import fails, run

pytest.importorskip("watchfiles")


def test_a_file_is_followed(folder: Path) -> None:
    arguments = ("net.py:Tiny", "--input", "1,3,8,8", "-o", "a.html", "-o", "a.svg", "--watch")
    command = [sys.executable, "-m", "visualize", "draw", *arguments]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        try:
            address = r"visualize: http://127\.0\.0\.1:\d+/ shows a\.html, and follows it\n"
            assert re.fullmatch(address, process.stderr.readline())
            assert "112 parameters" in process.stdout.readline()
            lines = iter(process.stderr.readline, "visualize: watching net.py; Ctrl-C ends\n")
            assert "forward is running\n" in list(lines)
            file = folder / "net.py"
            file.write_text(file.read_text().replace("nn.Conv2d(3, 4, 3", "nn.Conv2d(3, 4, 5"))
            assert "304 parameters" in process.stdout.readline()
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 128 + signal.SIGTERM
        finally:
            process.kill()


def test_errors_are_one_line(folder: Path) -> None:
    assert "cannot write" in fails(2, "draw", "net.py:Tiny", "-o", "a.xyz", "--watch")
    assert "--watch" in run("draw", "--help").stdout
