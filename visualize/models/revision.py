"""Files of Python as they are in a revision of git: ``HEAD~1:net.py:Net``.

The revision is written to a temporary folder, of its ``.py`` files alone, so that what the file
imports from beside it is that of the revision too. Nothing of the repository is changed.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from visualize.core.errors import SourceError, shorten, shorten_path
from visualize.core.files import is_file, is_folder

_SECONDS = 60


def split_revision(place: str) -> tuple[str, str]:
    """The revision and the file of a place; no revision if it is a file alone.

    >>> split_revision("HEAD~1:models/net.py"), split_revision("net.py")
    (('HEAD~1', 'models/net.py'), ('', 'net.py'))
    """
    revision, colon, file = place.partition(":")
    if not colon or len(revision) == 1 or is_file(place):  # a drive
        return "", place
    return revision, file


@dataclass(frozen=True)
class FileOfRevision:
    """A file of a revision.

    Attributes:
        path: where it was written to, with the Python files around it.
        repository: the folder whose present files must not replace those of the revision.
    """

    path: Path
    repository: Path


def file_of_revision(revision: str, file: str) -> FileOfRevision:
    """Write the Python files of a revision to a temporary folder, which ends with the process.

    Raises:
        SourceError: there is no git, no repository, no such revision, or no such file in it.
    """
    folder = Path(file).absolute().parent
    while not is_folder(folder) and folder != folder.parent:
        folder = folder.parent
    top = Path(_git(folder, "rev-parse", "--show-toplevel").decode().strip()).resolve()
    try:
        commit = _git(
            folder, "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"
        )
    except SourceError:
        raise SourceError(
            f"no revision {shorten(revision)!r}", where=shorten_path(file), hint="see git log"
        ) from None
    target = _written(top, commit.decode().split()[-1])
    path = target / os.path.relpath(Path(file).absolute().resolve(), top)
    if not is_file(path):
        raise SourceError(
            f"not in revision {shorten(revision)!r}", where=shorten_path(file), hint="see git log"
        )
    return FileOfRevision(path, top)


@functools.cache
def _written(top: Path, commit: str) -> Path:
    packed = _git(top, "archive", "--format=tar", commit)
    target = Path(tempfile.mkdtemp(prefix="visualize-"))
    atexit.register(shutil.rmtree, target, ignore_errors=True)
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        for member in archive.getmembers():
            if member.isfile() and member.name.endswith(".py"):
                archive.extract(member, target, filter="data")
    return target


def _git(folder: Path, *command: str) -> bytes:
    try:
        # git is wherever the user has it.
        done = subprocess.run(  # nosec B603, B607
            ["git", "-C", str(folder), *command],
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except FileNotFoundError:
        raise SourceError("git is not installed", hint="install it, or give a file") from None
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        lines = (error.stderr or b"").decode("utf-8", "replace").strip().splitlines()
        reason = shorten(lines[-1].removeprefix("fatal: "), 160) if lines else "git failed"
        raise SourceError(reason, where=shorten_path(str(folder))) from None
    return done.stdout
