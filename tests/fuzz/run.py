"""Damage many files and give each to the program.

``python -m tests.fuzz.run`` tries 2,000 of every kind, in a few hours on one core; with names of
kinds only those. What is found is kept in the folder ``--keep``, with one line for each file.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import click
from click.testing import CliRunner

from tests.fuzz.attempts import SECONDS, Outcome, attempt, watch
from tests.fuzz.kinds import KINDS, OUTPUT, Kind, commands, prepare
from tests.fuzz.mutations import damaged
from visualize.cli import main as command

COUNT = 2000


def load_everything() -> None:
    """Import what readers need, so that the copies of this process need not."""
    os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")  # as the entry point does
    warnings.simplefilter("ignore")
    for arguments in commands():
        CliRunner().invoke(command, arguments)
    Path(OUTPUT).unlink(missing_ok=True)


def files(kind: Kind, numbers: range, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """Names and contents of damaged files; the same for the same numbers and seed."""
    whole = [(path.name, path.read_bytes()) for path in kind.corpus()]
    contents = [content for _, content in whole]
    for number in numbers:
        draw = random.Random(f"{kind.name} {seed} {number}")
        name, content = draw.choice(whole)
        suffix = name.rpartition(".")[2]
        yield f"{number}.{suffix}", damaged(content, suffix, contents, draw)


def try_file(kind: Kind, name: str, content: bytes, seconds: float = SECONDS) -> Outcome:
    """Give one file to the program, in the working folder."""
    Path(name).write_bytes(content)
    try:
        return attempt(kind.reads(name), OUTPUT, seconds)
    finally:
        Path(name).unlink(missing_ok=True)
        Path(OUTPUT).unlink(missing_ok=True)


def _try_kind(kind: Kind, arguments: argparse.Namespace) -> int:
    """Try one kind; the number of files that something is wrong with."""
    wrong, read, slowest, largest = 0, 0, 0.0, 0
    numbers = range(arguments.first, arguments.first + arguments.count)
    for name, content in files(kind, numbers, arguments.seed):
        outcome = try_file(kind, name, content)
        read += outcome.status == 0
        slowest, largest = max(slowest, outcome.seconds), max(largest, outcome.megabytes)
        found = outcome.problems()
        if found:
            wrong += 1
            (arguments.keep / f"{kind.name}-{name}").write_bytes(content)
            last = (outcome.errors.strip().splitlines() or [""])[-1]
            click.echo(f"{kind.name} {name}: {'; '.join(found)} | {last[:300]}")
    click.echo(
        f"{kind.name}: {arguments.count} files, {read} read, {wrong} wrong, "
        f"at most {slowest:.1f} s and {largest} MB",
    )
    return wrong


def main() -> int:
    """Try all kinds, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-findings"))
    arguments = parser.parse_args()
    arguments.keep = arguments.keep.resolve()
    arguments.keep.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        prepare(Path(folder))
        load_everything()
        watch()
        wrong = sum(_try_kind(KINDS[name], arguments) for name in arguments.kinds or KINDS)
        os.chdir("/")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
