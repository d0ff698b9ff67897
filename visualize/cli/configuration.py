"""``--config`` and ``--save-config``: a figure's options in a TOML file beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from visualize.cli.options import FlagOption
from visualize.cli.targets import READ
from visualize.core.configuration import read_configuration
from visualize.core.errors import UsageError
from visualize.core.kinds import Kind, Text


def write_configuration(entries: Mapping[str, Any]) -> bytes:
    r"""A TOML file with ``entries``: texts, numbers, true and false, lists of texts and tables.

    Raises:
        UsageError: a text is not valid Unicode.

    >>> print(write_configuration({"label": {"a.b": "B"}, "title": "a\x7f"}).decode(), end="")
    title = "a\u007f"
    <BLANKLINE>
    [label]
    "a.b" = "B"
    """
    import tomli_w

    try:
        return tomli_w.dumps(entries).encode()
    except UnicodeEncodeError as error:
        raise UsageError("a text is not valid Unicode", where="--save-config") from error


def read_defaults(context: click.Context, _: click.Parameter, path: Path | None) -> None:
    """Make the entries of a file the defaults of the command line."""
    if path is None:
        return
    context.meta[READ] = path
    saved = _saved(context.command)
    entries = read_configuration(path, {key: kind for key, (_, kind) in saved.items()})
    context.default_map = {
        str(parameter.name): _as_typed(entries[key])
        for key, (parameter, _) in saved.items()
        if key in entries
    }


def configuration_file() -> bytes:
    """The current command's MODEL and options as a file, without options left at their default."""
    context = click.get_current_context()
    entries = {}
    for key, (parameter, kind) in _saved(context.command).items():
        value = context.params[str(parameter.name)]
        value = str(value) if isinstance(parameter, click.Argument) else value
        source = context.get_parameter_source(str(parameter.name))
        if source is not click.core.ParameterSource.DEFAULT and value not in ("", None):
            entries[key] = kind.plain(kind.read(value, key))
    return write_configuration(entries)


def _saved(command: click.Command) -> dict[str, tuple[click.Parameter, Kind]]:
    """The parameters that a file has, by key: MODEL, and the fields of options types."""
    arguments = {
        str(each.name): (each, Text())
        for each in command.params
        if isinstance(each, click.Argument)
    }
    options = {
        each.option.key: (each, each.option.kind)
        for each in command.params
        if isinstance(each, FlagOption)
    }
    return {**arguments, **options}


def _as_typed(value: Any) -> Any:
    """``value`` as it would come from the command line."""
    if isinstance(value, Mapping):
        return [f"{name}={text}" for name, text in value.items()]
    return value


config_option = click.option(
    "--config", metavar="FILE.toml", type=Path, is_eager=True, expose_value=False,
    callback=read_defaults,
    help="Read MODEL and options from a file; the command line takes precedence.",
)  # fmt: skip
save_config_option = click.option(
    "--save-config", metavar="FILE.toml", type=Path,
    help="Write MODEL and options to a file for --config.",
)  # fmt: skip
