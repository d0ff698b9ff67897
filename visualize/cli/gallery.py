"""The command that draws many models into a folder."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from visualize.cli.loading import InputOptions, debug_option
from visualize.cli.options import StrictCommand, takes
from visualize.core.inert import visible
from visualize.options import FigureOptions

if TYPE_CHECKING:
    from visualize.gallery import Gallery, Row


@click.command(
    cls=StrictCommand,
    epilog="""\b
Examples:
  visualize gallery resnet18 'vit_*' -o site
  visualize gallery timm: -o site --jobs 8
  visualize gallery net.py:Small net.py:Large -o site --level block""",
)
@takes(inputs=InputOptions, options=FigureOptions)
@click.option("-o", "--output", metavar="FOLDER", type=Path, required=True,
              help="Folder to write to; what is there and has not changed is kept.")  # fmt: skip
@click.option("--jobs", metavar="NUMBER", type=click.IntRange(min=1),
              help="How many to draw at once.  [default: one a core]")  # fmt: skip
@click.option("--scheduler", metavar="ADDRESS", default="",
              help="Draw on the workers of the Dask cluster with this scheduler.")  # fmt: skip
@debug_option
@click.argument("patterns", metavar="PATTERN...", nargs=-1, required=True)
def gallery(
    patterns: tuple[str, ...],
    output: Path,
    jobs: int | None,
    scheduler: str,
    inputs: InputOptions,
    options: FigureOptions,
) -> None:
    """Draw all models that the PATTERNs name into a folder with an index of them.

    PATTERN is a MODEL as `visualize draw` takes it, or part of a name or a glob as `visualize
    models` takes it. Each model has a figure and a page to explore; one that cannot be drawn is a
    row of the index that says why. An interrupted gallery goes on where it stopped. --input is that
    of every model.
    """
    from visualize.core.files import check_folder
    from visualize.fitting import look
    from visualize.gallery import make_gallery
    from visualize.gallery.patterns import models_of
    from visualize.gallery.runners import runner_of

    models = models_of(patterns)
    check_folder(output)
    look(options)
    runner = runner_of(jobs, scheduler)
    begun = time.monotonic()
    with _shown(len(models)) as report:
        made = make_gallery(models, output, options, runner, report, inputs.inputs)
    click.echo(_outcome(made, time.monotonic() - begun))
    if len(made.failed) == len(made.rows):
        sys.exit(1)


@contextlib.contextmanager
def _shown(number: int) -> Iterator[Callable[[Row], None]]:
    """A bar of the models that are done, and a line for each that failed."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    is_terminal = sys.stderr.isatty()
    with Progress(console=console, transient=True, disable=not is_terminal) as progress:
        task = progress.add_task("drawing", total=number)

        def report(row: Row) -> None:
            progress.update(task, advance=1)
            if row.error:
                console.print(f"visualize: {visible(row.model)}: {visible(row.error)}")

        yield report


def _outcome(made: Gallery, seconds: float) -> str:
    """One line: how many models were drawn, and how fast."""
    drawn = len(made.rows) - made.kept
    parts = [f"{drawn - len(made.failed)} drawn"]
    if made.kept:
        parts.append(f"{made.kept} unchanged")
    if made.failed:
        parts.append(f"{len(made.failed)} failed")
    rate = f"; {drawn} in {seconds:.1f} s, {drawn / seconds:.2f} a second" if drawn else ""
    return f"wrote {made.folder / 'index.html'}: {', '.join(parts)}{rate}"
