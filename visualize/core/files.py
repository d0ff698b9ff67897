"""Files: read if they are regular and not too large; written completely or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from visualize.core.errors import OutputError, UsageError, shorten

_MEGABYTE = 2**20


def check_regular(path: Path) -> None:
    """Reject what is no file of its own, such as a device or a pipe, which may never end.

    Raises:
        OSError: ``path`` is something else, or does not exist.
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "a folder" if stat.S_ISDIR(mode) else "not a regular file")


def read_file(path: Path, megabytes: int) -> bytes:
    """The content of a regular file.

    Args:
        path: the file.
        megabytes: the most that it may hold.

    Raises:
        OSError: it is something else, is larger, or cannot be read.
    """
    check_regular(path)
    with path.open("rb") as file:
        content = file.read(megabytes * _MEGABYTE + 1)
    if len(content) > megabytes * _MEGABYTE:
        raise OSError(errno.EFBIG, f"larger than {megabytes} MB")
    return content


def check_target(path: Path) -> None:
    """Reject a path that cannot be written to, before any work is done.

    A file is replaced, not written into: a device or a pipe would be gone afterwards.

    Raises:
        UsageError: ``path`` is a folder.
        OutputError: it, or what it links to, is a device, a pipe or a socket; its folder does not
            exist or cannot be written to; or its name is not valid.
    """
    shown = shorten(str(path))
    try:
        is_folder, has_folder = path.is_dir(), path.parent.is_dir()
        is_special = path.exists() and not (is_folder or path.is_file())
    except OSError as error:  # such as a name that is too long
        raise _unwritable(path, error) from error
    if is_special:
        raise OutputError("not a regular file", where=shown, hint="name a file, new or old")
    if is_folder:
        raise UsageError("is a folder", where=shown, hint=f"name a file in it: {shown}/model.svg")
    if not has_folder:
        raise OutputError("its folder does not exist", where=shown, hint="create it first")
    if not os.access(path.parent, os.W_OK):
        raise OutputError("its folder cannot be written to", where=shown)


def check_folder(path: Path) -> None:
    """Reject a folder that cannot be written to or made, before any work is done.

    Raises:
        UsageError: ``path`` is a file.
        OutputError: the folder that it is in does not exist or cannot be written to.
    """
    shown = shorten(str(path))
    try:
        exists, is_folder = path.exists(), path.is_dir()
    except OSError as error:  # such as a name that is too long
        raise _unwritable(path, error) from error
    if exists and not is_folder:
        raise UsageError("is a file", where=shown, hint="name a folder")
    check_target(path / "file" if is_folder else path)


def write_files(contents: Mapping[Path, bytes]) -> None:
    """Write the content of each path; if one cannot be written, none is.

    A link stays one: what it leads to is written.

    Raises:
        OutputError: a file cannot be written.
    """
    contents = {_end_of(path): content for path, content in contents.items()}
    for path in contents:
        check_target(path)
    staged: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            try:
                staged[path] = _stage(path, content)
            except OSError as error:
                raise _unwritable(path, error) from error
        for path in list(staged):
            try:
                staged[path].replace(path)
            except OSError as error:
                raise _unwritable(path, error) from error
            del staged[path]
    finally:
        for leftover in staged.values():
            with contextlib.suppress(OSError):
                leftover.unlink()


def _end_of(path: Path) -> Path:
    """The file that is written: where a link leads, if ``path`` is one."""
    try:
        return path.resolve() if os.path.islink(path) else path  # noqa: PTH114 (which may raise)
    except (OSError, RuntimeError) as error:  # a link to itself
        raise OutputError("is a link that leads nowhere", where=shorten(str(path))) from error


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(f"cannot be written: {error.strerror}", where=shorten(str(path)))


def _stage(path: Path, content: bytes) -> Path:
    """Write ``content`` to a new file in the folder of ``path``, with default permissions."""
    staged = path.with_name(f".visualize-{secrets.token_hex(8)}")
    try:
        with staged.open("xb") as file:
            file.write(content)
    except BaseException:  # such as Ctrl-C
        staged.unlink(missing_ok=True)
        raise
    return staged


def suffix(path: Path) -> str:
    """The suffix of ``path``, which selects a format, in lower case and without the dot.

    >>> suffix(Path("Figure.SVG"))
    'svg'
    """
    return path.suffix.lower().removeprefix(".")
