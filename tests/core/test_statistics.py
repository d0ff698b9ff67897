"""Statistics of parts add up to those of the whole."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualize.core.statistics import Statistics, combined

numbers = st.lists(st.integers(-1000, 1000).map(float), min_size=1, max_size=30)


def of(values: list[float]) -> Statistics:
    mean = statistics.fmean(values)
    squares = math.fsum((value - mean) ** 2 for value in values)
    return Statistics(len(values), mean, squares, values.count(0.0))


@given(numbers, numbers)
def test_a_sum_is_that_of_all_values(one: list[float], other: list[float]) -> None:
    found, values = of(one) + of(other), one + other
    assert found.count == len(values)
    assert found.mean == pytest.approx(statistics.fmean(values), abs=1e-9)
    assert found.deviation == pytest.approx(statistics.pstdev(values), abs=1e-6)
    assert found.norm == pytest.approx(math.hypot(*values), abs=1e-6)
    assert found.sparsity == values.count(0.0) / len(values)


@given(numbers, numbers)
def test_the_order_does_not_matter(one: list[float], other: list[float]) -> None:
    left, right = of(one) + of(other), of(other) + of(one)
    assert left.mean == pytest.approx(right.mean, abs=1e-9)
    assert left.squares == pytest.approx(right.squares, abs=1e-6)


def test_unknown_parts_are_skipped() -> None:
    known = of([1.0, 3.0])
    assert combined([None, known, None]) == known
    assert combined([known, None, known]) == known + known
    assert combined([None]) is combined([]) is None


def test_what_is_not_finite() -> None:
    assert of([1.0, 2.0]).is_finite
    assert not Statistics(2, math.nan, math.nan, 0).is_finite
    assert not Statistics(2, 0.0, math.inf, 0).is_finite
