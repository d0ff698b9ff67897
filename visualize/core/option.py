"""Options as fields of frozen dataclasses.

One field is a keyword in Python, a flag of a command and an entry of a configuration file. Its
metadata says how a value is read, what the flag is called and what the help prints:

>>> @dataclass(frozen=True, kw_only=True)
... class Paper(Options):
...     width: Length | None = length("Exact width.")
...     color: bool = switch("Print in colour.", default=True)
>>> Paper(width="3in").width.points
216.0
>>> [option.flags for option in options_of(Paper)]
[('--width',), ('--color/--no-color',)]
"""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from typing import Any, TypeVar, cast

from visualize.core.errors import UnknownOptionError, UsageError
from visualize.core.kinds import (
    Chosen,
    Kind,
    Measure,
    Number,
    Sequence,
    Several,
    Switch,
    Table,
    Text,
    Texts,
)
from visualize.core.length import Length

_KEY = "option"
_Choice = TypeVar("_Choice", bound=enum.Enum)
_Value = TypeVar("_Value")
_Options = TypeVar("_Options", bound="Options")


@dataclass(frozen=True)
class Option:
    """One option.

    Attributes:
        help: one or two sentences, for the help of the command and of the function.
        kind: how a value is read and written.
        flags: its flags, by default made from its name; empty if it is for Python only.
        metavar: what the help of the command calls its value.
        default_text: what the help prints as the default, if not the value itself.
        command_default: the default of the command, if it differs from that of Python.
        name: the keyword, which is the name of the field.
        default: the value if none is given.
    """

    help: str
    kind: Kind
    flags: tuple[str, ...] | None = None
    metavar: str = ""
    default_text: str = ""
    command_default: Any = None
    name: str = ""
    default: Any = None

    @property
    def key(self) -> str:
        """What a file calls it: its long flag without dashes.

        >>> Option("Fold.", Switch(), flags=("-f", "--fold/--no-fold")).key
        'fold'
        """
        long = [flag for flag in self.flags or () if flag.startswith("--")]
        return long[0].partition("/")[0].removeprefix("--")


def text(help: str, default: str = "", also: type | None = None, **more: Any) -> str:
    """A field for text; objects of type ``also`` are taken as they are."""
    return _field(Option(help, Text(also), **more), default)


def switch(help: str, default: bool = False, **more: Any) -> bool:
    """A field for true or false."""
    return _field(Option(help, Switch(), **more), default)


def number(help: str, least: int = 0, **more: Any) -> float | None:
    """A field for a number, at least ``least``, or None."""
    return _field(Option(help, Number(least), **more), None)


def count(help: str, least: int = 0, **more: Any) -> int | None:
    """A field for a whole number, at least ``least``, or None."""
    return _field(Option(help, Number(least, whole=True), **more), None)


def texts(help: str, **more: Any) -> tuple[str, ...]:
    """A field for any number of texts."""
    return _field(Option(help, Texts(), **more), ())


def table(help: str, **more: Any) -> Mapping[str, str]:
    """A field for texts by name."""
    metadata = {_KEY: Option(help, Table(), **more)}
    made: dict[str, str] = field(default_factory=dict, metadata=metadata)
    return made


def choice(help: str, default: _Choice, **more: Any) -> _Choice:
    """A field for a member of an enumeration, or its value."""
    return _field(Option(help, Chosen(type(default)), **more), default)


def choice_or_none(help: str, choices: type[_Choice], **more: Any) -> _Choice | None:
    """A field for a member of an enumeration, its value or None."""
    return _field(Option(help, Chosen(choices, optional=True), **more), None)


def choices(help: str, several: type[_Choice], **more: Any) -> tuple[_Choice, ...]:
    """A field for any number of members of an enumeration, or their values."""
    return _field(Option(help, Several(several), **more), ())


def length(help: str, **more: Any) -> Length | None:
    """A field for a length on paper, or None."""
    return _field(Option(help, Measure(), **more), None)


def sequence(help: str, **more: Any) -> tuple[Any, ...]:
    """A field for a sequence of objects, for Python only."""
    return _field(Option(help, Sequence(), flags=(), **more), ())


def _field(option: Option, default: _Value) -> _Value:
    return field(default=default, metadata={_KEY: option})


@dataclass(frozen=True, kw_only=True)
class Options:
    """Base of the types of options: all values are read and checked when one is made."""

    def __post_init__(self) -> None:
        for option in options_of(type(self)):
            value = option.kind.read(getattr(self, option.name), option.name)
            object.__setattr__(self, option.name, value)

    @classmethod
    def of(cls: type[_Options], given: Options | None, keywords: Mapping[str, Any]) -> _Options:
        """Options that are given as one object, as keywords, or as both: then keywords win.

        Raises:
            UnknownOptionError: a keyword is not the name of an option.
            UsageError: a value cannot be read, or ``given`` is of another type.
        """
        known = [option.name for option in options_of(cls)]
        for keyword in keywords:
            if keyword not in known:
                raise UnknownOptionError(keyword, known)
        if given is None:
            return cls(**keywords)
        if not isinstance(given, cls):
            raise UsageError(f"options must be {cls.__name__}, not {type(given).__name__}")
        return replace(given, **keywords) if keywords else given


def options_of(kind: type[Options]) -> tuple[Option, ...]:
    """The options of a type: its own first, then those that it inherits."""
    inherited = {
        each.name for base in kind.__bases__ if issubclass(base, Options) for each in fields(base)
    }
    ordered = sorted(fields(kind), key=lambda each: each.name in inherited)
    return tuple(map(_complete, ordered))


def as_plain(options: Options) -> dict[str, Any]:
    """The options that are not left at their defaults, as a file has them.

    Raises:
        UsageError: one is an object of Python that no file can hold.

    >>> @dataclass(frozen=True, kw_only=True)
    ... class Paper(Options):
    ...     width: Length | None = length("Exact width.")
    ...     color: bool = switch("Print in colour.", default=True)
    >>> as_plain(Paper(width="3in"))
    {'width': '3in'}
    """
    plain = {
        option.name: option.kind.plain(getattr(options, option.name))
        for option in options_of(type(options))
        if getattr(options, option.name) != option.default
    }
    try:
        return dict(json.loads(json.dumps(plain)))
    except TypeError as error:
        raise UsageError("only options that a file can hold may be given here") from error


def _complete(declared: Field[Any]) -> Option:
    """The option that a field declares, with what the field itself knows."""
    option = cast(Option, declared.metadata[_KEY])
    factory = declared.default_factory
    default = declared.default if factory is MISSING else factory()
    flags = option.flags
    if flags is None:
        word = declared.name.replace("_", "-")
        flags = (f"--{word}/--no-{word}" if default is True else f"--{word}",)
    return replace(option, name=declared.name, default=default, flags=flags)
