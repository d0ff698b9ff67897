"""Command-line options from types of options."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from visualize.core.errors import UsageError
from visualize.core.kinds import Chosen, Kind, Measure, Number, Several, Switch, Table, Texts
from visualize.core.option import Option, Options, options_of

ARGUMENTS = "visualize.arguments"  # of the current command, as they were typed
Command = Callable[..., Any]
Completion = Callable[[click.Context, click.Parameter, str], list[str]]


def takes(
    completions: Mapping[str, Completion] | None = None, **kinds: type[Options]
) -> Callable[[Command], Command]:
    """Give a command the options of several types; it is called with one object of each.

    Args:
        completions: what completes the value of an option in a shell, by the name of the option.
        kinds: the types, by the parameter of the command that receives the object.
    """

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def call(**values: Any) -> Any:
            made = {
                parameter: kind(**{each.name: values.pop(each.name) for each in _flagged(kind)})
                for parameter, kind in kinds.items()
            }
            return command(**values, **made)

        decorated: Command = call
        for option in reversed([each for kind in kinds.values() for each in _flagged(kind)]):
            decorated = _click_option(option, (completions or {}).get(option.name))(decorated)
        return decorated

    return decorate


def _flagged(kind: type[Options]) -> list[Option]:
    """The options of a type that have flags."""
    return [option for option in options_of(kind) if option.flags]


def _click_option(option: Option, complete: Completion | None) -> Callable[[Command], Command]:
    return click.option(
        *(option.flags or ()), option.name, cls=FlagOption, option=option, shell_complete=complete
    )


class StrictCommand(click.Command):
    """A command that refuses an option which is given twice, if only the last would count."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the arguments, for a process that is to do the same."""
        ctx.meta[ARGUMENTS] = tuple(args)
        return super().parse_args(ctx, args)

    def make_parser(self, ctx: click.Context) -> Any:
        """A parser that counts the options."""
        parser = super().make_parser(ctx)
        parse = parser.parse_args

        def parse_once(args: list[str]) -> Any:
            parsed = parse(args)
            _, _, order = parsed
            for parameter in dict.fromkeys(order):
                if order.count(parameter) > 1 and _is_single(parameter):
                    raise UsageError("given twice", where=parameter.opts[-1])
            return parsed

        parser.parse_args = parse_once  # type: ignore[method-assign]
        return parser


def _is_single(parameter: click.Parameter) -> bool:
    """Whether an option has one value, which a second would replace."""
    if not isinstance(parameter, click.Option) or parameter.multiple:
        return False
    return not parameter.is_flag or bool(parameter.secondary_opts)


class FlagOption(click.Option):
    """A command-line option made from a field of an options type.

    Args:
        names: its flags and the name of the field.
        option: the field.
        more: further arguments of `click.Option`.
    """

    def __init__(self, names: Sequence[str], *, option: Option, **more: Any) -> None:
        self.option = option
        super().__init__(names, **_settings(option), **more)


def _settings(option: Option) -> dict[str, Any]:
    """The arguments of `click.Option` for an option."""
    kind, default = option.kind, option.default
    if isinstance(kind, Switch):
        return {"help": option.help, "default": default, "is_flag": True}
    several = isinstance(kind, (Texts, Table, Several))
    if option.command_default is not None:
        default = option.command_default
    return {
        "metavar": option.metavar or ("LENGTH" if isinstance(kind, Measure) else None),
        "help": _help(option, several),
        "default": kind.plain(default) if default is not None and not several else None,
        "show_default": not several and bool(default),
        "type": _type(kind),
        "multiple": several,
        "callback": _read_table if isinstance(kind, Table) else None,
    }


def _help(option: Option, several: bool) -> str:
    repeatable = " Repeatable." if several else ""
    default = f"  [default: {option.default_text}]" if option.default_text else ""
    return f"{option.help}{repeatable}{default}"


def _type(kind: Kind) -> click.ParamType[Any]:
    if isinstance(kind, Chosen):
        return click.Choice(kind.names)
    if isinstance(kind, Number):
        bounded = click.IntRange if kind.whole else click.FloatRange
        return bounded(min=kind.least)
    return click.STRING


def _read_table(
    _: click.Context, parameter: click.Parameter, typed: Sequence[str]
) -> Mapping[str, str]:
    """Parse several ``NAME=TEXT`` into a table."""
    table = {}
    for one in typed:
        name, equals, text = one.partition("=")
        if not (name and equals and text):
            raise UsageError(f"{one!r} is not {parameter.metavar}", where=parameter.opts[0])
        if name in table:
            raise UsageError(f"{name!r} is given twice", where=parameter.opts[0])
        table[name] = text
    return table
