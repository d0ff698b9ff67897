"""The terminal that text is printed on."""

from __future__ import annotations

import os
import shutil
import sys


def terminal_width() -> int | None:
    """Columns of the terminal, or as many as ``COLUMNS`` has; None where neither says."""
    given = os.environ.get("COLUMNS", "")
    is_given = given.isdecimal() and int(given) > 0
    return shutil.get_terminal_size().columns if is_given or sys.stdout.isatty() else None
