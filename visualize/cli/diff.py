"""The command that compares two models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from visualize.cli.loading import InputOptions, load, model_argument, second_model, trace
from visualize.cli.options import StrictCommand, takes
from visualize.cli.targets import check_targets
from visualize.core.files import is_folder, suffix, write_files
from visualize.options import DiffFigureOptions, DiffOptions, FigureOptions

if TYPE_CHECKING:
    from visualize.models import ModelSpec
    from visualize.results.difference import Difference


@click.command(
    cls=StrictCommand,
    epilog="""\b
Examples:
  visualize diff resnet50 wide_resnet50_2
  visualize diff HEAD~1:net.py:Net net.py:Net --input 1,3,64,64
  visualize diff hf:old/config.json hf:new/config.json --format md -o diff.md
  visualize diff resnet50 timm:resnet50d -o diff.svg -o diff.html""",
)
@takes(inputs=InputOptions, options=DiffOptions, figures=DiffFigureOptions)
@click.option("-o", "--output", "outputs", metavar="FILE", type=Path, multiple=True,
              help="File to write; the suffix is the format: a figure as .svg, .pdf, .png, .html, "
              ".dot, .mmd or .graphml, a table as .txt, .md, .csv, .json or .tex.  "
              "[default: print]")  # fmt: skip
@model_argument
@second_model
def diff(
    model: ModelSpec,
    other: ModelSpec,
    inputs: InputOptions,
    options: DiffOptions,
    figures: DiffFigureOptions,
    outputs: tuple[Path, ...],
) -> None:
    """Compare MODEL with OTHER: what was added, removed, changed, moved, renamed.

    Exits with status 1 if they differ. --input applies to both.
    """
    from visualize import pipeline
    from visualize.fitting import look
    from visualize.models.isolated import own_modules
    from visualize.results.difference import is_figure
    from visualize.sources import named_apart

    targets = list(dict.fromkeys(outputs))
    drawn = [target for target in targets if not is_folder(target) and is_figure(target)]
    check_targets(targets, model, other)
    if drawn:
        look(FigureOptions(theme=figures.theme))
    traced = []
    for spec in (model, other):
        with own_modules():
            traced.append(trace(load(spec, inputs, options), spec, options, options.language))
    before, after = named_apart(traced, [model.text, other.text])
    found = pipeline.diff(before, after, options=replace(options, weights=""))
    if targets:
        _write(found, targets, drawn, figures)
        click.echo(f"wrote {', '.join(map(str, targets))}")
    else:
        click.echo(found.to_text(), nl=False)
    if found:
        click.get_current_context().exit(1)


def _write(
    found: Difference, targets: Sequence[Path], drawn: Sequence[Path], options: DiffFigureOptions
) -> None:
    """Write all files at once; the figure is drawn once for all formats."""
    files = {
        target: found.content(target).encode("utf-8", "replace")
        for target in targets
        if target not in drawn
    }
    if drawn:
        figure = found.figure(**{one.name: getattr(options, one.name) for one in fields(options)})
        rendered = figure.render([suffix(target) for target in drawn])
        files |= {target: rendered[suffix(target)] for target in drawn}
    write_files(files)
