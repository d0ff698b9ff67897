"""The terminal that text is printed on."""

from __future__ import annotations

import shutil
import sys


def terminal_width() -> int | None:
    """Columns of the terminal; None where standard output goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
