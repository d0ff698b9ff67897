"""Code of a model that will not end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_a_model_that_catches_its_interruption_is_ended(folder: Path) -> None:
    code = "from visualize.cli import ending, main; ending._GRACE = 0.2; main()"
    arguments = ["skips", "net.py:Stubborn", "--input", "1,3", "--timeout", "0.5"]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, cwd=folder)
    assert done.returncode == 1
    assert b"not done after 0.5 seconds, and could not be interrupted" in done.stderr
