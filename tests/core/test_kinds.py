"""Kinds of value: what each reads, what it refuses, and what it writes to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from visualize.core.choices import Level
from visualize.core.errors import UsageError
from visualize.core.kinds import (
    Chosen,
    Kind,
    Measure,
    Number,
    Sequence,
    Switch,
    Table,
    Text,
    Texts,
)
from visualize.core.length import Length


@pytest.mark.parametrize(
    ("kind", "given", "read"),
    [
        (Text(), "a", "a"),
        (Text(), Path("a/b"), "a/b"),
        (Text(also=int), 3, 3),
        (Switch(), False, False),
        (Number(), 0.5, 0.5),
        (Number(), None, None),
        (Number(1, whole=True), 1, 1),
        (Texts(), "a", ("a",)),
        (Texts(), ["a", Path("b")], ("a", "b")),
        (Table(), {"a": "b"}, {"a": "b"}),
        (Table(), None, {}),
        (Chosen(Level), "op", Level.OP),
        (Chosen(Level), Level.OP, Level.OP),
        (Chosen(Level, optional=True), None, None),
        (Measure(), "1in", Length(72.0, "1in")),
        (Measure(), 72, Length(72.0, "72pt")),
        (Measure(), None, None),
        (Sequence(), [3, "a"], (3, "a")),
    ],
)
def test_what_is_read(kind: Kind, given: Any, read: Any) -> None:
    assert kind.read(given, "it") == read
    assert kind.read(kind.read(given, "it"), "it") == read


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (Text(), 3),
        (Text(), None),
        (Switch(), 1),
        (Switch(), "true"),
        (Number(), True),
        (Number(), -1),
        (Number(), "1"),
        (Number(1, whole=True), 1.0),
        (Number(1, whole=True), 0),
        (Texts(), 3),
        (Texts(), ["a", 3]),
        (Texts(), [b"a"]),
        (Table(), "a=b"),
        (Table(), {"a": 3}),
        (Table(), {3: "a"}),
        (Chosen(Level), "OP"),
        (Chosen(Level), None),
        (Chosen(Level), ["op"]),
        (Measure(), True),
        (Measure(), "1 ell"),
        (Measure(), 0),
        (Measure(), []),
        (Sequence(), 3),
    ],
)
def test_what_is_refused(kind: Kind, given: Any) -> None:
    with pytest.raises(UsageError) as error:
        kind.read(given, "it")
    assert "it" in str(error.value)


def test_a_table_is_a_copy() -> None:
    given = {"a": "b"}
    read = Table().read(given, "it")
    given["a"] = "c"
    assert read == {"a": "b"}


def test_what_is_written() -> None:
    assert Chosen(Level).plain(Level.OP) == "op"
    assert Texts().plain(("a",)) == ["a"]
    assert Measure().plain(Length.of("8.5cm", "width")) == "8.5cm"
    assert Table().plain({"a": "b"}) == {"a": "b"}
