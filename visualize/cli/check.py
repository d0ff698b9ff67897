"""The command that checks a finished figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from visualize.cli.loading import debug_option
from visualize.cli.options import StrictCommand
from visualize.core.inert import visible

if TYPE_CHECKING:
    from visualize.check import Finding


@click.command(
    cls=StrictCommand,
    epilog="""\b
Examples:
  visualize check resnet18.svg
  visualize check resnet18.pdf --width 3.25in""",
)
@click.argument("figures", metavar="FIGURE...", nargs=-1, required=True, type=Path)
@click.option("--width", metavar="LENGTH", help="Printed width.  [default: its own]")
@click.option("--grey", is_flag=True, help="All kinds of line must differ without their colours.")
@debug_option
def check(figures: Sequence[Path], width: str | None, grey: bool) -> None:
    """Check that a figure, an .svg, .pdf or .tex file, is true and readable.

    Problems are text below 6 pt, text with little contrast, text over text or borders, arrows
    through boxes or text or upon each other, anything outside the page, colours that some readers
    or printers cannot distinguish, fonts that are not embedded, collapsed blocks that no panel
    explains though there is room, and parameters that do not add up. Exits with status 1 if any
    is found.
    """
    from visualize.check import check_file
    from visualize.core.length import Length

    points = None if width is None else Length.of(width, "width").points
    report_findings(
        (str(figure), check_file(figure, width=points, grey=grey)) for figure in figures
    )


def report_findings(
    findings: Iterable[tuple[str, Sequence[Finding]]], to_stderr: bool = False
) -> None:
    """Print the problems of each figure, in turn; exit with status 1 if there are any."""
    good = True
    for name, found in findings:
        for finding in found:
            click.echo(visible(f"{name}: {finding}"), err=to_stderr)
        if not found:
            click.echo(f"{name}: no problems found", err=to_stderr)
        good = good and not found
    if not good:
        click.get_current_context().exit(1)
