"""Arithmetic with constants: signs and operands in order."""

from __future__ import annotations

import pytest

from visualize.core.architecture import Constant, NodeKind, Operation
from visualize.core.arithmetic import ARITHMETIC, applied, scale, scales
from visualize.core.operators import is_known


def function(kind: str, constant: Constant | None = None, **attributes: object) -> Operation:
    return Operation("f", NodeKind.FUNCTION, kind, constant=constant, attributes=attributes)


@pytest.mark.parametrize(
    ("kind", "after", "before"),
    [
        ("add", "+ 3", "+ 3"), ("mul", "× 3", "× 3"), ("cat", "‖ 3", "‖ 3"),
        ("sub", "− 3", "3 − x"), ("rsub", "− 3", "3 − x"), ("truediv", "/ 3", "3 / x"),
        ("pow", "x ^ 3", "3 ^ x"), ("floor_divide", "// 3", "3 // x"), ("mod", "mod 3", "3 mod x"),
        ("gt", "> 3", "3 > x"),
    ],
)  # fmt: skip
def test_a_constant_is_before_or_after_the_sign(kind: str, after: str, before: str) -> None:
    assert applied(function(kind, Constant("3"))) == after
    assert applied(function(kind, Constant("3", first=True))) == before


def test_alpha_multiplies_the_second_operand() -> None:
    assert applied(function("add", Constant("b"), alpha=2)) == "+ 2 × b"
    assert applied(function("add", Constant("b", first=True), alpha=2)) == "+ b"
    assert applied(function("rsub", Constant("1", first=True), alpha=0.5)) == "1 − 0.5 × x"


def test_what_has_no_name_or_sign_is_no_formula() -> None:
    assert not applied(function("add"))
    assert not applied(function("add", Constant("")))
    assert not applied(function("softmax", Constant("3")))


def test_scales_are_shown_unless_they_are_one() -> None:
    assert scales(function("addmm", alpha=0.5, beta=0)) == ["α = 0.5", "β = 0"]
    assert scales(function("add", alpha=1)) == []
    assert scale(function("add", alpha=True), "alpha") == 1


def test_every_sign_is_that_of_a_known_operation() -> None:
    assert {name for name in ARITHMETIC if not is_known(name)} <= {"radd", "rmul"}
