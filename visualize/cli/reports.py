"""Commands that describe a model in documents and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from visualize.cli.loading import InputOptions, has_values, load, model_argument, trace
from visualize.cli.options import StrictCommand, takes
from visualize.cli.progress import progress
from visualize.cli.targets import check_targets
from visualize.core.choices import SkipKind, TableFormat
from visualize.core.errors import UsageError, VisualizeError
from visualize.core.files import suffix
from visualize.core.inert import visible
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
    from visualize.core.files import write_files
    from visualize.report import check_graph_format, summarize_in_a_line, write_graph

    if output:
        check_targets([output], model)
        check_graph_format(output)
    loaded = load(model, inputs, options)
    known = has_values(loaded)
    # Summaries and pages of the saved graph show the memory, as they do of the model.
    architecture = trace(loaded, model, replace(options, statistics=known, memory=True))
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
  visualize skips efficientnet_b0 --format csv
  visualize skips net.py:Net --audit
  visualize skips net.py:Net --require identity --in 'blocks.*'""",
)
@click.option("--kind", "kinds", multiple=True,
              type=click.Choice([kind.value for kind in SkipKind]),
              help="List only this kind; repeatable.")  # fmt: skip
@click.option("--long", is_flag=True, help="List only those that cross resolutions.")
@click.option("--audit", is_flag=True,
              help="List the shortcuts of each block, and what looks wrong.")  # fmt: skip
@click.option("--require", "required", multiple=True,
              type=click.Choice([kind.value for kind in SkipKind if kind is not SkipKind.GATE]),
              help="Exit with status 1 if a block has no such shortcut; repeat to accept several "
                   "kinds.")  # fmt: skip
@click.option("--in", "inside", multiple=True, metavar="PATH|CLASS",
              help="Audit these blocks or modules only; a glob such as 'blocks.*' matches "
                   "several.")  # fmt: skip
@takes(inputs=InputOptions, options=SkipsOptions)
@model_argument
def skips(
    model: ModelSpec,
    inputs: InputOptions,
    options: SkipsOptions,
    kinds: Sequence[str],
    long: bool,
    audit: bool,
    required: Sequence[str],
    inside: Sequence[str],
) -> None:
    """List the skip connections of MODEL: what they bypass, and the source line of each."""
    from visualize import pipeline

    if audit or required or inside:
        chosen = {"--kind": kinds, "--long": long, "--columns": options.columns}
        for flag, value in chosen.items():
            if value:
                raise UsageError("not for an audit", where=flag, hint="leave it out")
        _audit(model, inputs, options, Requirement(audit or not required, required, inside))
        return
    loaded = load(model, inputs, options)
    architecture = trace(loaded, model, options, options.language)
    listed = pipeline.skips(architecture, kind=kinds, long=long, options=options)
    click.echo(listed.to_text(), nl=False)


@dataclass(frozen=True)
class Requirement:
    """What an audit is asked for.

    Attributes:
        listed: whether to list the blocks.
        kinds: the kinds of which each block needs one; none if nothing is required.
        inside: the modules to look at; all blocks if empty.
    """

    listed: bool
    kinds: Sequence[str]
    inside: Sequence[str]


def _audit(
    model: ModelSpec, inputs: InputOptions, options: SkipsOptions, asked: Requirement
) -> None:
    """Print the audit, and what lacks what is required; then exit with status 1."""
    from visualize.report import requirement_lines
    from visualize.results.audit import Audit

    loaded = load(model, inputs, options, own_values=True)
    options = replace(options, statistics=has_values(loaded))
    architecture = trace(loaded, model, options, options.language)
    audited = Audit.of(architecture)
    listed = audited.inside(*asked.inside) if asked.inside else audited
    if asked.listed:
        text = listed.to_text(format=options.format, language=options.language)
        click.echo(text, nl=False)
    if not asked.kinds:
        return
    lacking = audited.lacking(asked.kinds, *asked.inside)
    number = len(audited.required(*asked.inside))
    kinds = [SkipKind(kind) for kind in asked.kinds]
    # What programs read on standard output is the table alone.
    is_apart = asked.listed and options.format is not TableFormat.TABLE
    for line in requirement_lines(lacking, number, kinds, options.language.value):
        click.echo(visible(line), err=is_apart)
    if lacking:
        click.get_current_context().exit(1)
