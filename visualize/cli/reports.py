"""Commands that describe a model in documents and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from visualize.cli.loading import InputOptions, has_values, load, model_argument, trace
from visualize.cli.options import StrictCommand, takes
from visualize.cli.progress import progress
from visualize.core.choices import SkipKind
from visualize.core.errors import VisualizeError
from visualize.core.files import suffix
from visualize.options import SkipsOptions, SummaryOptions, TraceOptions

if TYPE_CHECKING:
    from visualize.models import ModelSpec


@click.command(
    cls=StrictCommand,
    epilog="""\b
Examples:
  visualize graph resnet18
  visualize graph resnet18 -o resnet18.graphml""",
)
@takes(inputs=InputOptions, options=TraceOptions)
@click.option("-o", "--output", metavar="FILE", type=Path,
              help="A .json, .graphml or .dot file.  [default: print JSON]")  # fmt: skip
@model_argument
def graph(
    model: ModelSpec, inputs: InputOptions, options: TraceOptions, output: Path | None
) -> None:
    """Print or write the exact annotated graph of MODEL."""
    from visualize.core.files import check_target, write_files
    from visualize.report import check_graph_format, summarize_in_a_line, write_graph

    if output:
        check_target(output)
        check_graph_format(output)
    loaded = load(model, inputs, options)
    known = has_values(loaded)
    architecture = trace(loaded, model, replace(options, statistics=known))
    content = write_graph(architecture, suffix(output) if output else "json")
    if output:
        write_files({output: content})
        nodes = len(architecture.graph)
        click.echo(f"wrote {output}: {nodes} nodes, {summarize_in_a_line(architecture)}")
    else:
        click.echo(content.decode(), nl=False)


@click.command(
    cls=StrictCommand,
    epilog="""\b
Examples:
  visualize summary resnet18
  visualize summary resnet50 --style tree --hide-free
  visualize summary vit_b_16 --columns layer,output,parameters,macs --format md
  visualize summary vgg16 --sort parameters --lang zh

\b
Columns that are shown only if they are asked for:
  type                       class of the module, or name of the function
  kernel                     size of the kernel or window
  weights                    name and shape of every parameter of a layer
  attributes                 hyperparameters of a layer
  trainable, buffers         trainable parameters; elements of buffers
  input_bytes, output_bytes  size of the tensors that enter and leave
  layer_outputs              elements that operations with MACs return
  reads                      rows that the data comes from
  path, peak                 module path; inference peak of activation memory""",
)
@takes(inputs=InputOptions, options=SummaryOptions)
@model_argument
def summary(model: ModelSpec, inputs: InputOptions, options: SummaryOptions) -> None:
    """Summarize MODEL: its layers, blocks and stages in numbers, its structure in words."""
    from visualize import pipeline

    loaded = load(model, inputs, options, own_values=True)
    options = replace(options, statistics=has_values(loaded), memory=True)
    try:
        architecture = trace(loaded, model, options, options.language)
    except VisualizeError as error:
        ran = pipeline.summary_until(error, options)
        if ran:
            click.echo(ran.to_text(notes=False), nl=False)
        raise
    with progress() as report:
        described = pipeline.summarize(architecture, options=options, report=report)
    click.echo(described.to_text(notes=False), nl=False)


@click.command(
    cls=StrictCommand,
    epilog="""\b
Examples:
  visualize skips resnet18
  visualize skips resnet18 --kind projection
  visualize skips efficientnet_b0 --format csv""",
)
@click.option("--kind", "kinds", multiple=True,
              type=click.Choice([kind.value for kind in SkipKind]),
              help="List only this kind; repeatable.")  # fmt: skip
@click.option("--long", is_flag=True, help="List only those that cross resolutions.")
@takes(inputs=InputOptions, options=SkipsOptions)
@model_argument
def skips(
    model: ModelSpec,
    inputs: InputOptions,
    options: SkipsOptions,
    kinds: Sequence[str],
    long: bool,
) -> None:
    """List the skip connections of MODEL: what they bypass, and the source line of each."""
    from visualize import pipeline

    loaded = load(model, inputs, options)
    architecture = trace(loaded, model, options, options.language)
    listed = pipeline.skips(architecture, kind=kinds, long=long, options=options)
    click.echo(listed.to_text(), nl=False)
