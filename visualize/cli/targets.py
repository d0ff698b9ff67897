"""The files that a command writes, checked before any work is done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from visualize.cli.options import FlagOption
from visualize.core.files import check_apart, check_target, is_file

if TYPE_CHECKING:
    from visualize.models import ModelSpec

READ = "visualize.read"  # a file of options that was read


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
