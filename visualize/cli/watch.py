"""The option that draws again whenever a file of the model changes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from visualize.cli.options import ARGUMENTS
from visualize.cli.targets import files_read
from visualize.core.files import suffix
from visualize.core.inert import visible

if TYPE_CHECKING:
    from visualize.models import ModelSpec

_MOST = 5  # files that are named
watch_option = click.option(
    "--watch", is_flag=True,
    help="Draw again whenever a file of the model changes; a page is shown in a browser and "
         "follows.",
)  # fmt: skip


def follow(model: ModelSpec, targets: Sequence[Path]) -> bool:
    """Draw ``model`` as the current command does, again and again, until a signal ends it.

    Returns:
        Whether that was done: not by one of these times, which is to draw.

    Raises:
        VisualizeError: see `visualize.watching.follow`.
    """
    from visualize.watching import Drawing
    from visualize.watching import follow as follow_files

    context = click.get_current_context()
    if context.obj is _ONCE:
        return False
    drawing = Drawing(_draw_once, context.meta[ARGUMENTS], list(files_read((model,))), targets)
    page = next((target for target in targets if suffix(target) == "html"), None)
    with _shown(page) as advance:
        watched: set[Path] = set()

        def drawn(files: Collection[Path]) -> None:
            advance()
            if not watched >= set(files):
                watched.update(files)
                click.echo(visible(f"visualize: watching {_names(watched)}; Ctrl-C ends"), err=True)

        follow_files(drawing, drawn)
    return True


@contextlib.contextmanager
def _shown(page: Path | None) -> Iterator[Callable[[], None]]:
    """What lets the page follow, which is shown at an address that is printed."""
    if page is None:
        yield lambda: None
        return
    from visualize.watching.server import Versions, served

    versions = Versions()
    with served(page, versions) as address:
        click.echo(visible(f"visualize: {address} shows {page}, and follows it"), err=True)
        yield versions.advance


_ONCE = "once"


def _draw_once(arguments: Sequence[str]) -> None:
    from visualize.cli.command import call

    call(["draw", *arguments], obj=_ONCE)


def _names(files: Collection[Path]) -> str:
    names = sorted(os.path.relpath(path) for path in files)
    more = f" and {len(names) - _MOST} more files" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more
