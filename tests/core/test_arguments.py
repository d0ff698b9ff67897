"""Arguments by position or name, and operations that do nothing."""

from __future__ import annotations

from typing import Any

import pytest

from visualize.core.architecture import NodeKind, Operation
from visualize.core.arguments import argument, does_nothing, literal


def function(kind: str, **attributes: Any) -> Operation:
    return Operation(kind, NodeKind.FUNCTION, kind, attributes=attributes)


@pytest.mark.parametrize("name", ["1", "b", "dim"])
def test_argument_by_position_or_name(name: str) -> None:
    assert argument(function("softmax", **{name: -1}), 1, "dim") == -1


def test_argument_that_is_unknown() -> None:
    assert argument(function("softmax", dim=-1), 2, "dtype") is None


def test_literal_is_the_only_number() -> None:
    assert literal(function("add", other=3, alpha=2)) == (3, False)
    assert literal(function("sub", **{"0": 2})) == (2, True)
    assert literal(function("clamp", min=0, max=1)) == (None, False)
    assert literal(function("flag", **{"1": True})) == (None, False)


@pytest.mark.parametrize(
    ("kind", "attributes", "expected"),
    [
        ("add", {"b": 0}, True),
        ("add", {"a": 0.0}, True),
        ("add", {"b": 1}, False),
        ("add", {}, False),
        ("mul", {"1": 1.0}, True),
        ("mul", {"1": 0}, False),
        ("sub", {"other": 0}, True),
        ("sub", {"a": 0}, False),
        ("rsub", {"1": 0}, False),
        ("truediv", {"b": 1}, True),
        ("truediv", {"a": 1}, False),
        ("pow", {"1": 1}, False),
    ],
)
def test_does_nothing(kind: str, attributes: dict[str, Any], expected: bool) -> None:
    assert does_nothing(function(kind, **attributes)) == expected


@pytest.mark.parametrize(("shifts", "nothing"), [([0, 0], True), (0, True), ([0, -2], False)])
def test_a_roll_by_nothing_does_nothing(shifts: Any, nothing: bool) -> None:
    assert does_nothing(function("roll", shifts=shifts)) is nothing
    assert does_nothing(function("roll", **{"1": shifts})) is nothing


def test_a_roll_by_a_computed_number_may_do_anything() -> None:
    assert not does_nothing(function("roll"))
