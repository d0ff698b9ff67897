"""Kinds of value that an option can have: how one is read, and how it is written to a file."""

from __future__ import annotations

import enum
import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from visualize.core.errors import UsageError, shorten
from visualize.core.length import Length


class Kind(ABC):
    """A kind of value."""

    @property
    @abstractmethod
    def description(self) -> str:
        """What a value must be, as in "width must be …"."""

    @abstractmethod
    def read(self, value: Any, option: str) -> Any:
        """The value that a user gave for ``option``, checked.

        Raises:
            UsageError: it is not of this kind.
        """

    def plain(self, value: Any) -> Any:
        """``value`` as a file holds it: text, a number, true or false, a list or a table."""
        return value

    def refusal(self, option: str) -> UsageError:
        """The error for a value that is not of this kind."""
        return UsageError(f"{option} must be {self.description}")


@dataclass(frozen=True)
class Text(Kind):
    """Text, or the path of a file.

    Attributes:
        also: a type whose objects are taken as they are, such as a theme that is loaded.
    """

    also: type | None = None
    description = "text"

    def read(self, value: Any, option: str) -> Any:
        """Text, or an object of the other type."""
        if self.also and isinstance(value, self.also):
            return value
        if not isinstance(value, (str, os.PathLike)):
            raise self.refusal(option)
        return os.fspath(value)


@dataclass(frozen=True)
class Switch(Kind):
    """On or off."""

    description = "true or false"

    def read(self, value: Any, option: str) -> bool:
        """True or false; a number is rejected."""
        if not isinstance(value, bool):
            raise self.refusal(option)
        return value


@dataclass(frozen=True)
class Number(Kind):
    """A number, or None.

    Attributes:
        least: the smallest that is allowed.
        whole: whether it must be an integer.
    """

    least: int = 0
    whole: bool = False

    @property
    def description(self) -> str:
        """The number, with its bound."""
        return f"a {'whole ' if self.whole else ''}number, at least {self.least}"

    def read(self, value: Any, option: str) -> Any:
        """A number that is large enough."""
        if value is None:
            return None
        accepted = int if self.whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, accepted) or not value >= self.least:
            raise self.refusal(option)
        return value


@dataclass(frozen=True)
class Texts(Kind):
    """Any number of texts."""

    description = "a list of texts"

    def read(self, value: Any, option: str) -> tuple[str, ...]:
        """Several texts; a single one need not be in a list."""
        texts = (value,) if isinstance(value, (str, os.PathLike)) else value
        try:
            read = tuple(os.fspath(text) for text in texts)
        except TypeError:
            raise self.refusal(option) from None
        if not all(isinstance(text, str) for text in read):
            raise self.refusal(option)
        return read

    def plain(self, value: tuple[str, ...]) -> list[str]:
        """A list."""
        return list(value)


@dataclass(frozen=True)
class Table(Kind):
    """Texts by name."""

    description = "a table of texts"

    def read(self, value: Any, option: str) -> dict[str, str]:
        """A copy of the table."""
        table = {} if value is None else value
        if not isinstance(table, Mapping):
            raise self.refusal(option)
        if not all(isinstance(text, str) for item in table.items() for text in item):
            raise self.refusal(option)
        return dict(table)


@dataclass(frozen=True)
class Chosen(Kind):
    """One of several.

    Attributes:
        choices: the enumeration it is one of.
        optional: whether it may be None.
    """

    choices: type[enum.Enum]
    optional: bool = False

    @property
    def names(self) -> list[str]:
        """What can be chosen."""
        return [str(choice.value) for choice in self.choices]

    @property
    def description(self) -> str:
        """All choices."""
        return f"one of {', '.join(self.names)}"

    def read(self, value: Any, option: str) -> enum.Enum | None:
        """The choice that has this value."""
        if value is None and self.optional:
            return None
        try:
            return self.choices(value)
        except ValueError:
            raise UsageError(
                f"no {option} named {shorten(str(value))!r}", hint=f"use {self.description}"
            ) from None

    def plain(self, value: enum.Enum) -> Any:
        """Its value."""
        return value.value


@dataclass(frozen=True)
class Several(Kind):
    """Any number of choices, each once, in the order given.

    Attributes:
        choices: the enumeration they are of.
    """

    choices: type[enum.Enum]

    @property
    def names(self) -> list[str]:
        """What can be chosen."""
        return [str(choice.value) for choice in self.choices]

    @property
    def description(self) -> str:
        """All choices."""
        return f"some of {', '.join(self.names)}"

    def read(self, value: Any, option: str) -> tuple[enum.Enum, ...]:
        """Several values, each alone or several of them separated by commas."""
        known = {_plain_name(str(choice.value)): choice for choice in self.choices}
        given = [
            name
            for text in Texts().read(() if value is None else value, option)
            for name in str(getattr(text, "value", text)).split(",")
            if name.strip()
        ]
        for name in given:
            if _plain_name(name) not in known:
                raise UsageError(
                    f"no {option.rstrip('s')} named {shorten(name.strip())!r}",
                    hint=f"use {self.description}",
                )
        return tuple(dict.fromkeys(known[_plain_name(name)] for name in given))

    def plain(self, value: tuple[enum.Enum, ...]) -> list[Any]:
        """Their values."""
        return [choice.value for choice in value]


def _plain_name(text: str) -> str:
    """A name without capitals and without what separates its words.

    >>> _plain_name("Receptive field"), _plain_name("MACs %")
    ('receptivefield', 'macs%')
    """
    return "".join(text.lower().replace("-", " ").replace("_", " ").split())


@dataclass(frozen=True)
class Measure(Kind):
    """A length on paper, or None."""

    description = "a length such as 3.25in, or a number of points"

    def read(self, value: Any, option: str) -> Length | None:
        """Text with a unit, or points."""
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (Length, str, int, float)):
            raise self.refusal(option)
        return Length.of(value, option)

    def plain(self, value: Length) -> str:
        """The length as it was written."""
        return value.text


@dataclass(frozen=True)
class Sequence(Kind):
    """Objects that a flag or a file cannot express."""

    description = "a sequence"

    def read(self, value: Any, option: str) -> tuple[Any, ...]:
        """The objects."""
        try:
            return tuple(value)
        except TypeError:
            raise self.refusal(option) from None
