"""The algebra of a tensor and its moments."""

from __future__ import annotations

import math

import pytest

from visualize.simplify.idioms.moments import (
    Centred,
    Constant,
    Given,
    Mean,
    Value,
    add,
    given,
    mean,
    multiply,
    power,
    variance,
)

X = given("")
LAST = frozenset({2})
PER_CHANNEL = Constant(frozenset({-1}))
CENTRED = Value(frozenset({(Centred("", LAST), 1.0)}))


def minus(value: Value | None) -> Value:
    assert value is not None
    negative = multiply(value, -1.0)
    assert isinstance(negative, Value)
    return negative


def test_a_tensor_minus_its_mean_is_centred() -> None:
    assert add(X, minus(mean(X, LAST))) == CENTRED
    assert add(minus(mean(X, LAST)), X) == CENTRED


def test_a_sum_over_n_values_is_n_times_the_mean() -> None:
    total = mean(X, LAST, 8.0)
    assert total is not None
    assert add(X, minus(total)) is None
    assert add(X, minus(multiply(total, 1 / 8))) == CENTRED  # type: ignore[arg-type]


def test_variance_in_either_way() -> None:
    square = power(X, 2.0)
    assert isinstance(square, Value)
    squares, squared = mean(square, LAST), power(mean(X, LAST) or X, 2.0)
    assert squares is not None
    assert isinstance(squared, Value)
    assert add(squares, minus(squared)) == variance(X, LAST) == variance(CENTRED, LAST)
    assert variance(CENTRED, {1}) is None


def test_a_mean_of_means_is_one_mean() -> None:
    inner = mean(X, {3})
    assert inner is not None
    assert mean(inner, {2}) == mean(X, {2, 3})
    assert mean(inner, {3}) != mean(X, {3})
    over_first = mean(X, {1})
    assert over_first is not None
    assert mean(over_first, {2}) != mean(X, {1, 2}) == mean(over_first, {2}, kept=True)


def test_powers_multiply() -> None:
    assert multiply(X, X) == power(X, 2.0)
    assert multiply(X, power(X, -1.0) or X) == Value(frozenset())


def test_a_small_number_may_be_added_to_a_moment_alone() -> None:
    moment = mean(X, LAST)
    assert moment is not None
    assert add(moment, 1e-6) == moment
    assert add(X, 1e-6) is None
    assert add(moment, PER_CHANNEL) is None


def test_scale_and_shift() -> None:
    scaled = multiply(X, PER_CHANNEL)
    assert scaled is not None
    shifted = add(scaled, PER_CHANNEL)
    assert isinstance(shifted, Value)
    assert (shifted.scales, shifted.shifts) == ((PER_CHANNEL,), (PER_CHANNEL,))
    assert power(shifted, 2.0) is mean(shifted, LAST) is None


def test_a_tensor_of_one_number_is_a_factor_that_is_not_known() -> None:
    scaled = multiply(X, Constant(frozenset()))
    assert isinstance(scaled, Value)
    assert math.isnan(scaled.factor)


@pytest.mark.parametrize(("exponent", "deviates"), [(-0.5, True), (-1.0, False)])
def test_the_root_of_a_constant_is_a_deviation(exponent: float, deviates: bool) -> None:
    assert power(PER_CHANNEL, exponent) == Constant(frozenset({-1}), deviates)


def test_arithmetic_that_fails_is_no_formula() -> None:
    assert power(0.0, -1.0) is None
    assert power(multiply(X, -1.0) or X, 0.5) is None
    assert Mean(frozenset({(Given(""), 1.0)}), LAST) != Given("")
