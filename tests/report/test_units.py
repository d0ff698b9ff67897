"""Units that a column shares."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visualize.report.units import Unit


@pytest.mark.parametrize(
    ("largest", "written"),
    [(999, "999"), (1000, "1.000"), (13_824, "13.82"), (999_999, "1,000.0")],
)
def test_the_largest_has_four_digits(largest: int, written: str) -> None:
    assert Unit.of([largest, 0]).write(largest) == written


@given(st.integers(1, 10**17), st.integers(1, 10**17))
def test_a_number_is_never_shown_as_zero_and_never_off_by_more_than_it_shows(
    one: int, other: int
) -> None:
    unit = Unit.of([one, other])
    for number in (one, other):
        text = unit.write(number).replace(",", "")
        least = unit.size * 10**-unit.decimals
        if text.startswith("<"):
            assert number < least
        else:
            assert float(text) > 0
            assert abs(float(text) * unit.size - number) <= 0.5001 * least
