"""What is quick and takes the place of the drawing; a fresh process imports it by its name."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path


def copy(arguments: Sequence[str]) -> None:
    """Read a file, and what it names; write it to another one."""
    source, target, status = arguments
    text = Path(source).read_text()
    if text.startswith("also "):
        text += Path(text.split()[1]).read_text()
    with Path(target).open("a") as file:
        file.write(text)
    sys.exit(int(text) if text.isdecimal() else int(status))


def do_nothing(_: Sequence[str]) -> None:
    pass


def die(_: Sequence[str]) -> None:
    os._exit(1)


def sleep(_: Sequence[str]) -> None:
    Path("begun").write_text("")
    time.sleep(60)
