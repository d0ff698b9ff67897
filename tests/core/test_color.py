"""Colours: contrast and difference agree with values that others publish."""

from __future__ import annotations

import pytest

from visualize.core.color import VISIONS, contrast, difference, mixed


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    # As WebAIM's contrast checker shows them.
    [("#777777", "#ffffff", 4.48), ("#0000ff", "#ffffff", 8.59), ("#ff0000", "#00ff00", 2.91)],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.01)


def test_a_mixture_has_both_ends() -> None:
    assert mixed("#102030", "#a0b0c0", 0) == "#102030"
    assert mixed("#102030", "#a0b0c0", 1) == "#a0b0c0"


@pytest.mark.parametrize("vision", ["", *VISIONS])
def test_a_colour_does_not_differ_from_itself(vision: str) -> None:
    assert difference("#3d6db5", "#3d6db5", vision) == 0
    assert difference("#000000", "#ffffff", vision) == pytest.approx(100, abs=0.1)
