"""Files: read if they are regular and not too large; written completely or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from visualize.core.errors import OutputError, UsageError, shorten_path

_MEGABYTE = 2**20
_INVALID = "not a valid name of a file"  # such as one with a null character


def is_file(name: str | os.PathLike[str]) -> bool:
    """Whether there is such a file; not if no file can have that name, as one that is too long."""
    return os.path.isfile(name)  # noqa: PTH113 (which may raise)


def is_folder(name: str | os.PathLike[str]) -> bool:
    """Whether there is such a folder; not if none can have that name."""
    return os.path.isdir(name)  # noqa: PTH112 (which may raise)


def check_regular(path: Path) -> None:
    """Reject what is no file of its own, such as a device or a pipe, which may never end.

    Raises:
        OSError: ``path`` is something else, or does not exist.
    """
    try:
        mode = path.stat().st_mode
    except ValueError as error:
        raise OSError(errno.EINVAL, _INVALID) from error
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

    A file is replaced, not written into: a device or a pipe would be gone afterwards, and that a
    file is read-only would not keep it. Of a link, what it leads to is checked.

    Raises:
        UsageError: ``path`` is a folder.
        OutputError: it is a device, a pipe, a socket or read-only; its folder does not exist or
            cannot be written to; or its name is not valid.
    """
    shown = shorten_path(str(path))
    path = _end_of(path)
    try:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            path.lstat()
        is_folder, has_folder = path.is_dir(), path.parent.is_dir()
        exists = path.exists()
        is_special = exists and not (is_folder or path.is_file())
        is_taken = not has_folder and path.parent.exists()
    except OSError as error:  # such as a name that is too long
        raise OutputError(f"cannot be written: {error.strerror}", where=shown) from error
    except ValueError as error:
        raise OutputError(f"cannot be written: {_INVALID}", where=shown) from error
    if is_special:
        raise OutputError("not a regular file", where=shown, hint="name a file, new or old")
    if is_folder:
        raise UsageError("is a folder", where=shown, hint=f"name a file in it: {shown}/model.svg")
    if is_taken:
        raise OutputError("its folder is a file", where=shown, hint="name a file in a folder")
    if not has_folder:
        raise OutputError("its folder does not exist", where=shown, hint="create it first")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise OutputError("its folder cannot be written to", where=shown)
    if exists and not os.access(path, os.W_OK):
        raise OutputError("is read-only", where=shown, hint="name another file")


def check_apart(targets: Iterable[Path], read: Iterable[Path]) -> None:
    """Reject targets that are one file, or one that is also read, by whatever name.

    Raises:
        UsageError: one would replace another, or what it is made of.
    """
    seen: dict[Path, Path] = {}
    sources = {_real(path): path for path in read}
    for path in targets:
        real, shown = _real(path), shorten_path(str(path))
        if real in sources:
            raise UsageError(
                "is read, and would be replaced", where=shown, hint="name another file"
            )
        if real in seen:
            other = shorten_path(str(seen[real]))
            raise UsageError(
                "is named twice" if other == shown else f"is the same file as {other}", where=shown
            )
        seen[real] = path


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))  # which never raises


def file_stem(text: str) -> str:
    """``text`` with what names of files lack as underscores.

    >>> file_stem("net.py:Net(depth=18)")
    'net.py_Net_depth_18_'
    """
    return re.sub(r"[^\w.-]+", "_", text)


def make_folder(path: Path) -> None:
    """Make a folder, if there is none.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        path.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"the folder cannot be made: {error.strerror}", where=shorten_path(str(path))
        ) from error


def check_folder(path: Path) -> None:
    """Reject a folder that cannot be written to or made, before any work is done.

    Raises:
        UsageError: ``path`` is a file.
        OutputError: the folder that it is in does not exist or cannot be written to.
    """
    shown = shorten_path(str(path))
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
        raise OutputError("is a link that leads nowhere", where=shorten_path(str(path))) from error


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(f"cannot be written: {error.strerror}", where=shorten_path(str(path)))


def _stage(path: Path, content: bytes) -> Path:
    """Write ``content`` to a new file in the folder of ``path``.

    It has the permissions, and if that is possible the owner, of the file that it is to replace:
    one that only its owner reads stays so. Without one, permissions are the default.
    """
    staged = path.with_name(f".visualize-{secrets.token_hex(8)}")
    try:
        with staged.open("xb") as file:
            if path.exists():
                _give(staged, path.stat())
            file.write(content)
    except BaseException:  # such as Ctrl-C
        staged.unlink(missing_ok=True)
        raise
    return staged


def _give(staged: Path, old: os.stat_result) -> None:
    new = staged.stat()
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        with contextlib.suppress(OSError):  # only the superuser may give a file away
            os.chown(staged, old.st_uid, old.st_gid)
    if stat.S_IMODE(new.st_mode) != stat.S_IMODE(old.st_mode):
        staged.chmod(stat.S_IMODE(old.st_mode) & 0o777)


def suffix(path: Path) -> str:
    """The suffix of ``path``, which selects a format, in lower case and without the dot.

    >>> suffix(Path("Figure.SVG"))
    'svg'
    """
    return path.suffix.lower().removeprefix(".")
