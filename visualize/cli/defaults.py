"""Options from a file, and options to a file: ``--config`` and ``--save-config``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


def _keys(command: click.Command) -> dict[str, click.Parameter]:
    """What the options of a command are called in a file: by their long names."""
    left_out = ("config", "save_config", "help", "debug", "verbose", "check")
    return {
        _key(parameter): parameter for parameter in command.params if parameter.name not in left_out
    }


def _key(parameter: click.Parameter) -> str:
    long = [name for name in parameter.opts if name.startswith("--")]
    return long[0].removeprefix("--") if long else str(parameter.name)


def _kind(parameter: click.Parameter) -> str:
    """What an option must be in a file."""
    from visualize.cli import configuration

    if parameter.name == "labels":
        return configuration.TABLE
    if getattr(parameter, "is_flag", False):
        return configuration.FLAG
    if getattr(parameter, "multiple", False):
        return configuration.TEXTS
    is_number = isinstance(parameter.type, click.FloatRange)
    return configuration.NUMBER if is_number else configuration.TEXT


def read_defaults(context: click.Context, _: click.Parameter, path: Path | None) -> None:
    """Let what a file says stand for what the command line does not say."""
    if path is None:
        return
    from visualize.cli.configuration import read_configuration

    keys = _keys(context.command)
    entries = read_configuration(path, {key: _kind(one) for key, one in keys.items()})
    defaults: dict[str, Any] = {}
    for key, value in entries.items():
        if isinstance(value, dict):
            value = [f"{name}={text}" for name, text in value.items()]
        several = getattr(keys[key], "multiple", False)
        defaults[str(keys[key].name)] = [value] if several and isinstance(value, str) else value
    context.default_map = defaults


def configuration_file() -> bytes:
    """The present command's model and options, those that are as by default left out."""
    from visualize.cli.configuration import write_configuration

    context = click.get_current_context()
    entries = {}
    for key, parameter in _keys(context.command).items():
        name = str(parameter.name)
        value = context.params.get(name, context.meta.get(f"visualize.{name}"))
        if value and isinstance(value, (tuple, list)):
            value = [str(one) for one in value]
        if value or value is False:
            source = context.get_parameter_source(name)
            if source is not click.core.ParameterSource.DEFAULT:
                entries[key] = value
    return write_configuration(entries)
