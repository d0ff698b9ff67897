"""Commands that tell of models in documents and tables."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from visualize.cli.loading import load, progress, trace
from visualize.cli.options import TABLES, language_option, model_options, weights_option
from visualize.core.errors import UsageError
from visualize.core.files import suffix


@click.command(
    epilog="""\b
Examples:
  visualize graph resnet18
  visualize graph resnet18 -o resnet18.graphml"""
)
@model_options
@weights_option
@click.option("-o", "--output", metavar="FILE", type=Path,
              help="A .json, .graphml or .dot file.  [default: print JSON]")  # fmt: skip
def graph(model: str, inputs: Sequence[str], output: Path | None) -> None:
    """Print or write the exact annotated graph of MODEL."""
    from visualize.core.files import check_target, write_files
    from visualize.report import GRAPH_FORMATS, summarize_in_a_line, write_graph

    if output:
        check_target(output)
        if suffix(output) not in GRAPH_FORMATS:
            raise UsageError(
                f"cannot write the format {suffix(output)!r}",
                where=str(output),
                hint=f"use one of .{', .'.join(GRAPH_FORMATS)}",
            )
    loaded = load(model, inputs)
    with progress() as report:
        architecture = trace(loaded, report, statistics=loaded.values is not None)
        content = write_graph(architecture, suffix(output) if output else "json")
        if output:
            write_files({output: content})
    if output:
        nodes = len(architecture.graph)
        click.echo(f"wrote {output}: {nodes} nodes, {summarize_in_a_line(architecture)}")
    else:
        click.echo(content.decode(), nl=False)


@click.command(
    epilog="""\b
Examples:
  visualize summary resnet18
  visualize summary resnet50 --depth 1 --format md
  visualize summary vgg16 --sort parameters --lang zh"""
)
@model_options
@weights_option
@click.option("--format", "format_name", type=click.Choice(TABLES), default="table",
              show_default=True, help="How to print it.")  # fmt: skip
@click.option("--depth", metavar="N", type=click.IntRange(min=1),
              help="How many modules deep the table goes.  [default: down to blocks]")  # fmt: skip
@click.option("--sort", type=click.Choice(["parameters", "macs", "memory"]), default=None,
              help="List what has the most of it first.")  # fmt: skip
@language_option
def summary(
    model: str,
    inputs: Sequence[str],
    format_name: str,
    depth: int | None,
    sort: str | None,
    language: str,
) -> None:
    """Tell what MODEL is made of: layers, blocks and stages in numbers, its structure in words."""
    from visualize import pipeline
    from visualize.report import write_summary

    loaded = load(model, inputs, own_values=True)
    with progress() as report:
        architecture = trace(loaded, report, statistics=loaded.values is not None)
        described = pipeline.summarize(architecture, depth=depth, report=report)
    written = write_summary(
        described, format_name, language=language, sort=sort or "", width=_width()
    )
    click.echo(written, nl=False)


@click.command(
    epilog="""\b
Examples:
  visualize skips resnet18
  visualize skips resnet18 --kind projection
  visualize skips efficientnet_b0 --format csv"""
)
@model_options
@click.option("--kind", "kinds", multiple=True,
              type=click.Choice(["identity", "projection", "concat", "gate"]),
              help="List those of a kind alone. Repeat it for several.")  # fmt: skip
@click.option("--long", is_flag=True,
              help="List only those that bypass a change of resolution.")  # fmt: skip
@click.option("--format", "format_name", type=click.Choice(TABLES), default="table",
              show_default=True, help="How to print them.")  # fmt: skip
@language_option
def skips(
    model: str,
    inputs: Sequence[str],
    kinds: Sequence[str],
    long: bool,
    format_name: str,
    language: str,
) -> None:
    """List the skip connections of MODEL: what they bypass, and where they are written."""
    from visualize.describe import describe_skips
    from visualize.report import summarize_in_a_line, write_skips

    loaded = load(model, inputs)
    with progress() as report:
        architecture = trace(loaded, report)
    rows = describe_skips(architecture, kinds=kinds, long=long)
    written = write_skips(architecture.name, rows, format_name, language=language, width=_width())
    click.echo(written, nl=False)
    if format_name == "table":
        click.echo(f"{architecture.name}: {summarize_in_a_line(architecture)}")


@click.command(
    epilog="""\b
Examples:
  visualize models
  visualize models resnet
  visualize models 'vit_*'"""
)
@click.argument("pattern", default="")
def models(pattern: str) -> None:
    """List the models that can be drawn by name; PATTERN is part of a name or a glob."""
    from visualize.core.errors import UnknownModelError
    from visualize.models import model_names

    names = model_names(pattern)
    if not names:
        raise UnknownModelError(pattern, [], kind="models")
    click.echo("\n".join(names))


def _width() -> int | None:
    """Columns of the terminal, None where the output goes elsewhere."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
