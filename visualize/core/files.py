"""Writing files: each whole or not at all, and several together or none of them."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from visualize.core.errors import OutputError, UsageError, shorten


def check_target(path: Path) -> None:
    """Refuse a path that cannot become a file, before any work is done.

    Raises:
        UsageError: ``path`` is a folder.
        OutputError: its folder does not exist or cannot be written to.
    """
    shown = shorten(str(path))
    if path.is_dir():
        raise UsageError("is a folder", where=shown, hint=f"name a file in it: {shown}/model.svg")
    if not path.parent.is_dir():
        raise OutputError("its folder does not exist", where=shown, hint="create it first")
    if not os.access(path.parent, os.W_OK):
        raise OutputError("its folder cannot be written to", where=shown)


def write_files(contents: Mapping[Path, bytes]) -> None:
    """Write all of ``contents``; where one fails, nothing changes.

    Raises:
        OutputError: the system refuses to write one of them.
    """
    for path in contents:
        check_target(path)
    staged: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            try:
                staged[path] = _stage(path, content)
            except OSError as error:
                raise _refused(path, error) from error
        for path in list(staged):
            try:
                staged[path].replace(path)
            except OSError as error:
                raise _refused(path, error) from error
            del staged[path]
    finally:
        for leftover in staged.values():
            with contextlib.suppress(OSError):
                leftover.unlink()


def _refused(path: Path, error: OSError) -> OutputError:
    return OutputError(f"cannot be written: {error.strerror}", where=shorten(str(path)))


def _stage(path: Path, content: bytes) -> Path:
    """Write ``content`` to a new file beside ``path``, with the permissions of a new file."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".visualize-")
    staged = Path(name)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
        mask = os.umask(0)
        os.umask(mask)
        staged.chmod(0o666 & ~mask)
    except OSError:
        staged.unlink()
        raise
    return staged


def suffix(path: Path) -> str:
    """The suffix that chooses a format, in small letters and without its dot.

    >>> suffix(Path("Figure.SVG"))
    'svg'
    """
    return path.suffix.lower().removeprefix(".")
