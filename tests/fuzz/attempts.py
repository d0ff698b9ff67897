"""One file given to the command in a process of its own, which is watched."""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import resource
import select
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 2**20
MOST_MEMORY = 2048  # megabytes that may be in use
SECONDS = 60.0  # after which a file counts as one that hangs
_RESERVED = 6144  # megabytes that may be asked for; more is refused by the system
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# What Python reports of what a reader must not do.
_FORBIDDEN = re.compile(
    r"socket\.|subprocess\.|os\.(system|exec|posix_spawn|spawn|startfile|fork|kill|chmod|chown"
    r"|link|symlink|truncate|putenv|unsetenv)|shutil\.|ftplib\.|urllib\.|webbrowser\.|pty\."
)
# The shape of a line for a person: where, and what is wrong.
_LINE = re.compile(r"(visualize|Error|Usage|Try)\b.*")

_report = -1  # the descriptor that a child writes to


@dataclass(frozen=True)
class Outcome:
    """How the command ended.

    Attributes:
        status: its exit status; minus the number of the signal that ended it; None if it hung.
        output: what it wrote to standard output.
        errors: what it wrote to standard error.
        seconds: how long it ran on a processor.
        megabytes: the most memory that it used.
        acts: what it did that no reader may, and files that it left.
    """

    status: int | None
    output: str
    errors: str
    seconds: float
    megabytes: int
    acts: tuple[str, ...]

    def problems(self) -> list[str]:
        """What is wrong; an empty list if the file was read, or refused in one line."""
        found = [f"did: {act}" for act in self.acts]
        if self.status is None:
            found.append("hangs")
        elif self.status not in (0, 1, 2):
            found.append(f"ended with {self.status}")
        if re.search(r"unexpected \w*(Error|Exception)|Traceback|Internal", self.errors):
            found.append("an error that nobody expected")
        lines = self.errors.strip().splitlines()
        if self.status in (1, 2) and len(lines) != 1 and not self.output:
            found.append(f"{len(lines)} lines for an error")
        found += [f"a line of another form: {line[:80]}" for line in lines if not _LINE.match(line)]
        if not (self.output + self.errors).replace("\n", "").isprintable():
            found.append("prints what steers a terminal")
        if self.megabytes > MOST_MEMORY:
            found.append(f"{self.megabytes} MB")
        return found


def watch() -> None:
    """Report what children do. Python cannot end this, so that it is begun once."""
    sys.addaudithook(_notice)


def attempt(command: Sequence[str], output: str, seconds: float = SECONDS) -> Outcome:
    """Run the command in the working folder, in a copy of this process.

    Args:
        command: its arguments.
        output: the one file that it may write.
        seconds: after which it is ended.
    """
    before = _files()
    with contextlib.ExitStack() as stack:
        out, err, acts = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(3))
        child = os.fork()
        if not child:
            _become(command, out.fileno(), err.fileno(), acts.fileno(), int(seconds))
        status, used = _wait(child, seconds)
        texts = []
        for file in (out, err, acts):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "replace"))
    did = {act for act in texts[2].splitlines() if not _is_allowed(act, output)}
    left = {f"leaves {name}" for name in _files() - before - {output}}
    return Outcome(
        status, texts[0], texts[1], used.ru_utime + used.ru_stime, used.ru_maxrss // 1024,
        tuple(sorted(did | left)),
    )  # fmt: skip


def _files() -> set[str]:
    return {str(path) for path in Path().rglob("*") if path.is_file()}


def _become(command: Sequence[str], out: int, err: int, acts: int, seconds: int) -> None:
    """Be the command, until the end of this process."""
    global _report
    try:
        os.dup2(out, 1)
        os.dup2(err, 2)
        for stream in ("stdout", "stderr"):
            number = 1 if stream == "stdout" else 2
            setattr(sys, stream, open(number, "w", encoding="utf-8", closefd=False))  # noqa: SIM115
        reserved = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        most = reserved + _RESERVED * MEGABYTE
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        atexit._clear()  # what the parent does at its end
        sys.argv = ["visualize", *command]
        from visualize.cli import run

        _report = acts
        run()
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    os._exit(70)


def _wait(child: int, seconds: float) -> tuple[int | None, resource.struct_rusage]:
    """The exit status of a child, and what it used."""
    descriptor = os.pidfd_open(child)
    try:
        ended, _, _ = select.select([descriptor], [], [], seconds)
    finally:
        os.close(descriptor)
    if not ended:
        os.kill(child, signal.SIGKILL)
    _, status, used = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return (code if ended and code != -signal.SIGXCPU else None), used


def _notice(event: str, arguments: tuple[object, ...]) -> None:
    if _report < 0:
        return
    if event == "open":
        path, _, flags = arguments
        if isinstance(flags, int) and flags & _WRITES and isinstance(path, (str, bytes)):
            os.write(_report, f"opens {os.fsdecode(path)!r} to write\n".encode())
    elif event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir"):
        os.write(_report, f"{event} {arguments[:2]!r}\n".encode())
    elif _FORBIDDEN.match(event):
        os.write(_report, f"{event} {str(arguments)[:100]!r}\n".encode())


def _is_allowed(act: str, output: str) -> bool:
    """Whether it is a step of writing the one file that may be written."""
    staged = r"'\.visualize-[0-9a-f]{16}'"
    name = re.escape(repr(output))
    known = (
        rf"opens {staged} to write|os\.rename \((\w*Path\()?{staged}\)?, (\w*Path\()?{name}\)?\)"
    )
    return bool(re.fullmatch(known, act)) or act == "opens '/dev/null' to write"
