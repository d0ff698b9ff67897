"""The files that a command writes, checked before any work is done."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from visualize.cli.options import FlagOption
from visualize.core.errors import UsageError
from visualize.core.files import check_apart, check_target, is_file, is_folder, suffix, write_files

if TYPE_CHECKING:
    from visualize.models import ModelSpec

READ = "visualize.read"  # a file of options that was read
_STANDARD_OUTPUT = "-"


@dataclass(frozen=True)
class Target:
    """Where a figure is written.

    Attributes:
        path: the file; None is standard output.
        format: what is written, as the suffix of a file says it.
    """

    path: Path | None
    format: str

    def __str__(self) -> str:
        return str(self.path or "standard output")


def read_targets(outputs: Iterable[str], given_format: str) -> list[Target]:
    """The targets that ``-o`` and ``--format`` name, each once.

    Raises:
        UsageError: a format cannot be written, is missing, or has no use.

    >>> [str(target) for target in read_targets(["a.svg", "-", "a.svg"], "pdf")]
    ['a.svg', 'standard output']
    """
    from visualize.export import check_format

    names = tuple(outputs)
    if given_format:
        check_format(given_format, "--format")
        if _STANDARD_OUTPUT not in names:
            raise UsageError(
                "is the format of standard output, where nothing is written",
                where="--format",
                hint="add -o -, or name a file with -o, whose suffix is its format",
            )
    elif _STANDARD_OUTPUT in names:
        raise UsageError(
            "standard output has no suffix", where="-o -", hint="give its format with --format"
        )
    targets = list(dict.fromkeys(_target(name, given_format) for name in names))
    for target in targets:
        if target.path and not is_folder(target.path):
            check_format(target.format, str(target.path))
    return targets


def _target(name: str, given_format: str) -> Target:
    if name == _STANDARD_OUTPUT:
        return Target(None, given_format)
    return Target(Path(name), suffix(Path(name)))


def write_targets(figures: Mapping[Target, bytes], beside: Mapping[Path, bytes]) -> None:
    """Write the content of each target and of the files beside them; if one fails, none is a file.

    Raises:
        OutputError: a file cannot be written.
    """
    files = {target.path: content for target, content in figures.items() if target.path}
    write_files({**files, **beside})
    for target, content in figures.items():
        if not target.path:
            sys.stdout.buffer.write(content)
            sys.stdout.flush()


def check_targets(targets: Iterable[Path], *models: ModelSpec) -> None:
    """Reject files that cannot be written, or that the current command reads.

    Raises:
        UsageError: a target is a folder, the same file as another one, or is read.
        OutputError: it cannot be written.
    """
    targets = list(targets)
    for target in targets:
        check_target(target)
    check_apart(targets, files_read(models))


def files_read(models: Iterable[ModelSpec]) -> Iterator[Path]:
    """The files of the models, and those that options of the current command name."""
    context = click.get_current_context()
    named = [
        str(context.params[str(option.name)])
        for option in context.command.params
        if isinstance(option, FlagOption)
        and not option.multiple
        and "FILE" in (option.metavar or "")
    ]
    paths = [Path(text) for text in (*(model.place for model in models), *named) if text]
    if READ in context.meta:
        paths.append(context.meta[READ])
    for path in paths:
        if is_file(path):
            yield path
