"""Draws a model again when a file that it is made from changes, each time in a fresh process."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from visualize.core.errors import UsageError, VisualizeError
from visualize.watching.reads import Reads

__all__ = ["Drawing", "follow"]

Stamps = Mapping[Path, tuple[int, int] | None]
Draw = Callable[[Sequence[str]], None]
_USAGE = 2
_INTERRUPTED = 130
_LOOK = 1000  # milliseconds


@dataclass(frozen=True)
class Drawing:
    """What is drawn again and again.

    Attributes:
        draw: called with ``arguments`` in a process of its own; it ends with SystemExit.
        arguments: of the command.
        files: that it reads for certain.
        targets: that it writes.
    """

    draw: Draw
    arguments: Sequence[str]
    files: Collection[Path]
    targets: Collection[Path]


def follow(drawing: Drawing, drawn: Callable[[Collection[Path]], None]) -> None:
    """Draw now, and again after each change, until a signal ends this process.

    Args:
        drawing: what to draw.
        drawn: called after each time with the files that are watched.

    Raises:
        UsageError: the arguments are wrong, or nothing that is read can change.
        VisualizeError: a package is missing.
    """
    _require()
    known = {path.absolute() for path in drawing.files}
    written = {path.absolute() for path in drawing.targets}
    status = None
    while True:
        before = _stamps({*known, *_beside(known)})
        first, (status, read) = status is None, _in_process(drawing, known)
        if first and status == _USAGE:
            sys.exit(status)  # no change of a file will mend it
        was = {**_stamps(read), **before}
        known |= read - written
        if not known:
            raise UsageError(
                "nothing to watch: the model is installed",
                where="--watch",
                hint="it is for a file of yours, such as net.py:Net",
            )
        drawn(known)
        _wait(known, was, any_source=status != 0)


def _require() -> None:
    try:
        import watchfiles  # noqa: F401 (whether it is there)
    except ImportError as error:
        raise VisualizeError(
            "needs watchfiles", where="--watch", hint="pip install 'torch-visualize[watch]'"
        ) from error


def _stamps(paths: Iterable[Path]) -> Stamps:
    """What changes when a file does."""
    stamps: dict[Path, tuple[int, int] | None] = {}
    for path in paths:
        try:
            found = path.stat()
        except OSError:
            stamps[path] = None
        else:
            stamps[path] = found.st_mtime_ns, found.st_size
    return stamps


def _beside(known: Collection[Path]) -> set[Path]:
    """The Python files in the folders of those that are known."""
    return {path for folder in _folders(known) for path in folder.glob("*.py")}


def _folders(known: Collection[Path]) -> set[Path]:
    return {path.parent for path in known if path.parent.is_dir()}


def _wait(known: Collection[Path], was: Stamps, *, any_source: bool) -> None:
    """Wait until a file is not as it was.

    Args:
        known: those that count.
        was: the stamps when it was drawn.
        any_source: any other Python file beside them counts as well, such as one that was missing.
    """
    import watchfiles

    def changed() -> bool:
        now = _stamps({*known, *_beside(known)} if any_source else known)
        return any(stamp != was.get(path) for path, stamp in now.items())

    # Folders and not files: many editors write a new file in the place of the old one. A look once
    # a second also finds what a file system does not report.
    watched = watchfiles.watch(
        *_folders(known), recursive=False, watch_filter=None, yield_on_timeout=True,
        rust_timeout=_LOOK,
    )  # fmt: skip
    try:
        while not changed():
            next(watched)
    except KeyboardInterrupt:  # whatever a handler of signals raised
        sys.exit(_INTERRUPTED)


def _in_process(drawing: Drawing, known: Collection[Path]) -> tuple[int, set[Path]]:
    """Draw in a fresh process: its exit status, and the files that it read."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    folders = {Path.cwd(), *(path.parent for path in known)}
    process = context.Process(target=_draw, args=(drawing, folders, sender))
    process.start()
    sender.close()
    try:
        read: set[Path] = receiver.recv()
    except EOFError:  # it was ended
        read = set()
    finally:
        receiver.close()
        if sys.exc_info()[0] is not None:
            process.terminate()
        process.join()
    return process.exitcode or 0, read


def _draw(drawing: Drawing, folders: Collection[Path], sender: Connection) -> None:
    reads = Reads()
    try:
        drawing.draw(drawing.arguments)
    finally:
        sender.send(reads.own(folders))
