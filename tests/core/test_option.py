"""Options as fields: names, flags, keys and the order in which they are listed."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, dataclass, replace

import pytest

from visualize.core.errors import UnknownOptionError, UsageError
from visualize.core.option import Options, choice, count, options_of, switch, table, text, texts


class Size(str, enum.Enum):
    SMALL = "small"
    LARGE = "large"


@dataclass(frozen=True, kw_only=True)
class Paper(Options):
    color_of_edge: str = text("Colour of the edge.")
    holes: tuple[str, ...] = texts("Punch a hole.", flags=("-p", "--hole"))
    glossy: bool = switch("Glossy.")
    lines: bool = switch("Print lines.", default=True)


@dataclass(frozen=True, kw_only=True)
class Book(Paper):
    size: Size = choice("Size.", Size.SMALL)
    pages: int | None = count("Pages.", least=1)
    notes: Mapping[str, str] = table("Notes.", flags=())


def test_own_options_come_before_inherited_ones() -> None:
    names = [option.name for option in options_of(Book)]
    assert names == ["size", "pages", "notes", "color_of_edge", "holes", "glossy", "lines"]


def test_flags_and_keys_follow_names() -> None:
    options = {option.name: option for option in options_of(Book)}
    assert options["color_of_edge"].flags == ("--color-of-edge",)
    assert options["color_of_edge"].key == "color-of-edge"
    assert options["holes"].flags == ("-p", "--hole")
    assert options["holes"].key == "hole"
    assert options["glossy"].flags == ("--glossy",)
    assert options["lines"].flags == ("--lines/--no-lines",)
    assert options["lines"].key == "lines"
    assert options["notes"].flags == ()


def test_defaults_are_known_and_not_shared() -> None:
    options = {option.name: option.default for option in options_of(Book)}
    assert options["size"] is Size.SMALL
    assert options["notes"] == {}
    assert Book().notes is not Book().notes


def test_options_are_frozen_checked_and_comparable() -> None:
    book = Book(size="large", pages=3)  # type: ignore[arg-type]
    assert book.size is Size.LARGE
    assert book == Book(size=Size.LARGE, pages=3)
    with pytest.raises(FrozenInstanceError):
        book.pages = 4  # type: ignore[misc]
    with pytest.raises(UsageError, match="pages must be a whole number, at least 1"):
        replace(book, pages=0)


def test_options_from_keywords_and_objects() -> None:
    assert Book.of(None, {"pages": 3}) == Book(pages=3)
    assert Book.of(Book(pages=3), {"size": "large"}) == Book(pages=3, size=Size.LARGE)
    assert Paper.of(Book(pages=3), {}) == Book(pages=3)
    with pytest.raises(UnknownOptionError, match="no option named 'page'; did you mean pages"):
        Book.of(None, {"page": 3})
    with pytest.raises(UsageError, match="options must be Book, not Paper"):
        Book.of(Paper(), {})
