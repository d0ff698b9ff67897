"""The command that compares two models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from visualize.cli.loading import InputOptions, load, model_argument, second_model, trace
from visualize.cli.options import StrictCommand, takes
from visualize.cli.targets import check_targets
from visualize.options import DiffOptions

if TYPE_CHECKING:
    from visualize.models import ModelSpec


@click.command(
    cls=StrictCommand,
    epilog="""\b
Examples:
  visualize diff resnet50 wide_resnet50_2
  visualize diff HEAD~1:net.py:Net net.py:Net --input 1,3,64,64
  visualize diff hf:old/config.json hf:new/config.json --format md -o diff.md""",
)
@takes(inputs=InputOptions, options=DiffOptions)
@click.option("-o", "--output", metavar="FILE", type=Path,
              help="A .txt, .md, .csv, .json or .tex file.  [default: print]")  # fmt: skip
@model_argument
@second_model
def diff(
    model: ModelSpec,
    other: ModelSpec,
    inputs: InputOptions,
    options: DiffOptions,
    output: Path | None,
) -> None:
    """Compare MODEL with OTHER: what was added, removed, changed, moved, renamed.

    Exits with status 1 if they differ. --input applies to both.
    """
    from visualize import pipeline
    from visualize.models.isolated import own_modules
    from visualize.sources import named_apart

    if output:
        check_targets([output], model, other)
    traced = []
    for spec in (model, other):
        with own_modules():
            traced.append(trace(load(spec, inputs, options), spec, options, options.language))
    before, after = named_apart(traced, [model.text, other.text])
    found = pipeline.diff(before, after, options=replace(options, weights=""))
    if output:
        found.save(output)
        click.echo(f"wrote {output}")
    else:
        click.echo(found.to_text(), nl=False)
    if found:
        click.get_current_context().exit(1)
