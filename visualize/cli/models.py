"""The command that lists models by name."""

from __future__ import annotations

import click

from visualize.cli.options import StrictCommand


@click.command(
    cls=StrictCommand,
    epilog="""\b
Examples:
  visualize models
  visualize models resnet
  visualize models 'vit_*'""",
)
@click.argument("pattern", default="")
def models(pattern: str) -> None:
    """List the models that can be drawn by name; PATTERN is part of a name, or a glob."""
    from visualize.core.errors import UnknownModelError
    from visualize.models import model_names

    names = model_names(pattern)
    if not names:
        raise UnknownModelError(pattern, [], kind="models")
    click.echo("\n".join(names))
