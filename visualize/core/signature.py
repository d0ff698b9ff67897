"""Functions that take options as keywords, with a signature and a docstring that list them."""

from __future__ import annotations

import enum
import inspect
import textwrap
from collections.abc import Callable
from typing import Any, TypeVar

from visualize.core.kinds import Chosen
from visualize.core.option import Option, Options, options_of

_Function = TypeVar("_Function", bound=Callable[..., Any])


def takes_options(kind: type[Options]) -> Callable[[_Function], _Function]:
    """Let a function's signature and docstring list the fields of ``kind`` as its keywords.

    The function has a parameter ``options``, for all in one object, and collects the keywords.
    """

    def decorate(function: _Function) -> _Function:
        signature = inspect.signature(function)
        own = [
            each
            for each in signature.parameters.values()
            if each.kind is not inspect.Parameter.VAR_KEYWORD
        ]
        listed = [_parameter(option) for option in options_of(kind)]
        changed: Any = function
        changed.__signature__ = signature.replace(parameters=[*own, *listed])
        changed.__doc__ = f"{inspect.getdoc(function)}\n\n{_section(kind)}"
        return function

    return decorate


def _parameter(option: Option) -> inspect.Parameter:
    default = option.default
    return inspect.Parameter(
        option.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default.value if isinstance(default, enum.Enum) else default,
    )


def _section(kind: type[Options]) -> str:
    lines = [f"Options, also the fields of `{kind.__name__}`:"]
    for option in options_of(kind):
        choices = option.kind.names if isinstance(option.kind, Chosen) else []
        known = f" One of {', '.join(choices)}." if choices else ""
        lines += textwrap.wrap(
            f"{option.name}: {option.help}{known}",
            width=96,
            initial_indent="    ",
            subsequent_indent="        ",
            break_on_hyphens=False,
        )
    return "\n".join(lines)
