"""Counts as papers print them, also where rounding reaches the next unit; lengths in points."""

from __future__ import annotations

import pytest

from visualize.core.errors import UsageError
from visualize.core.quantities import count, flops, giga, memory, parse_length


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"), (999, "999"), (1000, "1.0 k"), (999_949, "999.9 k"), (999_950, "1.0 M"),
        (999_949_999, "999.9 M"), (999_950_000, "1.0 B"), (405_853_388_800, "405.9 B"),
        (999_950_000_000, "1.0 T"), (5 * 10**15, "5000.0 T"),
    ],
)  # fmt: skip
def test_counts(number: int, text: str) -> None:
    assert count(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"), (999, "999"), (1000, "1 k"), (999_940, "999.9 k"), (999_960, "1 M"),
        (999_949_999, "999.9 M"), (999_990_000, "1 G"), (1_814_073_344, "1.814 G"),
        (999_990_000_000, "1 T"), (1_234 * 10**12, "1234 T"), (123_456 * 10**12, "123456 T"),
    ],
)  # fmt: skip
def test_operations(number: int, text: str) -> None:
    assert giga(number) == text


@pytest.mark.parametrize(
    ("macs", "text"),
    [
        (0, "0 FLOPs"), (499, "998 FLOPs"), (500, "1 kFLOPs"), (499_700_000, "999 MFLOPs"),
        (499_800_000, "1 GFLOPs"), (1_814_073_344, "3.63 GFLOPs"), (617 * 10**12, "1234 TFLOPs"),
    ],
)  # fmt: skip
def test_two_flops_are_one_mac(macs: int, text: str) -> None:
    assert flops(macs) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (999_949, "999.9 kB"), (999_950, "1.0 MB"),
        (3_211_264, "3.2 MB"), (5 * 10**9, "5.0 GB"), (999_950_000_000, "1.0 TB"),
        (5 * 10**12, "5.0 TB"),
    ],
)  # fmt: skip
def test_bytes_have_a_unit(size: int, text: str) -> None:
    assert memory(size) == text


@pytest.mark.parametrize(
    ("text", "points"),
    [("1in", 72), ("2.54cm", 72), ("25.4 mm", 72), ("240pt", 240), (" 96px ", 72), (".5in", 36)],
)
def test_lengths(text: str, points: float) -> None:
    assert parse_length(text) == pytest.approx(points)


@pytest.mark.parametrize("text", ["", "3", "-1in", "0in", "1e9in", "3 furlongs", "99999in", "nan"])
def test_what_is_not_a_length(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--width: .* is not a length; use one like 3\.25in"):
        parse_length(text, "--width")
