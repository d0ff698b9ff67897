"""The files that a process reads, as Python itself reports them."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from visualize.core.provenance import is_installed

_PACKAGE = Path(__file__).parents[1]


class Reads:
    """Notes each file that this process opens to read, from now on until it ends.

    Python has no way to take such a hook back (PEP 578), so this is for a process of its own.
    """

    def __init__(self) -> None:
        self._opened: set[str] = set()
        self._written: set[str] = set()
        sys.addaudithook(self._note)

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            if isinstance(path, str):
                noted = self._opened if _reads(mode, flags) else self._written
                noted.add(os.path.abspath(path))  # noqa: PTH100 (pathlib would open more)

    def own(self, folders: Collection[Path]) -> set[Path]:
        """The files that somebody may edit: sources that are not installed, and data.

        What this process itself writes, such as a cache, is left out.

        Args:
            folders: data files elsewhere, such as fonts of the system, are left out.
        """
        return set(_own(sorted(self._opened - self._written), folders))


def _reads(mode: object, flags: object) -> bool:
    if isinstance(mode, str):
        return "r" in mode and "+" not in mode
    return isinstance(flags, int) and not flags & (os.O_WRONLY | os.O_RDWR)


def _own(opened: list[str], folders: Collection[Path]) -> Iterator[Path]:
    for name in opened:
        path = _source(name)
        is_near = any(path.is_relative_to(folder) for folder in folders)
        is_theirs = not (path.is_relative_to(_PACKAGE) or is_installed(path))
        if (is_near or path.suffix == ".py") and is_theirs and path.is_file():
            yield path


def _source(name: str) -> Path:
    """The file itself; of one that Python compiled, its source."""
    if name.endswith(".pyc"):
        try:
            return Path(importlib.util.source_from_cache(name))
        except ValueError:
            pass
    return Path(name)
