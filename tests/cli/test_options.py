"""Options types as options of a command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import click
import pytest
from click.testing import CliRunner, Result

from visualize.cli.options import StrictCommand, takes
from visualize.core.choices import Level
from visualize.core.errors import UsageError
from visualize.core.length import Length
from visualize.core.option import (
    Options,
    choice,
    count,
    length,
    number,
    switch,
    table,
    text,
    texts,
)


@dataclass(frozen=True, kw_only=True)
class Everything(Options):
    name_of_it: str = text("Name.", "box", metavar="NAME")
    quiet: bool = switch("Quiet.")
    wrap: bool = switch("Wrap.", default=True)
    seconds: float | None = number("Seconds.", command_default=5.0)
    depth: int | None = count("Depth.", least=1, default_text="all")
    parts: tuple[str, ...] = texts("Part.", flags=("-p", "--part"))
    notes: Mapping[str, str] = table("Note.", flags=("--note",), metavar="A=B")
    level: Level = choice("Level.", Level.AUTO)
    width: Length | None = length("Width.")
    code: str = text("In Python alone.", flags=())


made: list[Everything] = []


@click.command(cls=StrictCommand)
@takes(all_of_it=Everything)
def command(all_of_it: Everything) -> None:
    """Collect what was made."""
    made.append(all_of_it)


def run(*arguments: str) -> Result:
    made.clear()
    return CliRunner().invoke(command, list(arguments))


def test_defaults() -> None:
    assert run().exit_code == 0
    assert made == [Everything(seconds=5.0)]


def test_every_kind_of_flag() -> None:
    result = run(
        "--name-of-it", "x", "--quiet", "--no-wrap", "--seconds", "0", "--depth", "2", "-p", "a",
        "--part", "b", "--note", "k=v=w", "--level", "op", "--width", "3in",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert made == [
        Everything(
            name_of_it="x",
            quiet=True,
            wrap=False,
            seconds=0.0,
            depth=2,
            parts=("a", "b"),
            notes={"k": "v=w"},
            level=Level.OP,
            width=Length.of("3in", "width"),
        )
    ]


@pytest.mark.parametrize(
    "arguments",
    [("--level", "huge"), ("--seconds", "-1"), ("--depth", "0"), ("--code", "x"), ("--parts", "a")],
)
def test_what_click_refuses(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2
    assert not made


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("--level", "op", "--level", "layer"), "--level"),
        (("--level", "op", "--level", "op"), "--level"),
        (("--width", "3in", "--depth", "2", "--width=4in"), "--width"),
        (("--wrap", "--no-wrap"), "--wrap"),
        (("--note", "k=v", "--note", "k=w"), "--note"),
    ],
)
def test_an_option_with_one_value_is_not_given_twice(
    arguments: tuple[str, ...], option: str
) -> None:
    error = run(*arguments).exception
    assert isinstance(error, UsageError)
    assert str(error).startswith(f"{option}: ")
    assert "given twice" in str(error)
    assert not made


def test_what_may_be_repeated() -> None:
    result = run("-p", "a", "-p", "a", "--quiet", "--quiet", "--note", "k=v", "--note", "l=v")
    assert result.exit_code == 0, result.output
    assert made == [
        Everything(seconds=5.0, parts=("a", "a"), quiet=True, notes={"k": "v", "l": "v"})
    ]


@pytest.mark.parametrize("typed", ["k", "=v", "k="])
def test_what_is_not_a_pair(typed: str) -> None:
    error = run("--note", typed).exception
    assert isinstance(error, UsageError)
    assert str(error) == f"--note: {typed!r} is not A=B"


def test_help() -> None:
    text = " ".join(run("--help").output.split())
    for words in (
        "--name-of-it NAME Name. [default: box]",
        "--wrap / --no-wrap Wrap.",
        "Seconds. [default: 5.0; x>=0]",
        "Depth. [default: all]",
        "-p, --part TEXT Part. Repeatable.",
        "--note A=B Note. Repeatable.",
        "Level. [default: auto]",
        "--width LENGTH Width.",
    ):
        assert words in text
    assert "--code" not in text
