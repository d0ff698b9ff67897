"""Lengths on paper."""

from __future__ import annotations

import pytest

from visualize.core.errors import UsageError
from visualize.core.length import Length


def test_a_length_keeps_how_it_was_written() -> None:
    length = Length.of("2.54cm", "width")
    assert length.points == pytest.approx(72.0)
    assert str(length) == "2.54cm"
    assert Length.of(length, "width") is length
    assert Length.of(36.5, "width") == Length(36.5, "36.5pt")


@pytest.mark.parametrize("given", ["", "wide", "-1in", 0, -3, float("nan"), "3 parsecs"])
def test_what_is_not_a_length(given: str | float) -> None:
    with pytest.raises(UsageError, match="height"):
        Length.of(given, "height")
