"""Rows are as few and as even as words allow."""

from __future__ import annotations

import pytest

from visualize.layout.wrapping import wrapped


@pytest.mark.parametrize(
    ("text", "room", "rows"),
    [
        ("Linear, 768 → 1000", 30, ("Linear, 768 → 1000",)),
        ("learned queries, 100 of 256 · 25.6 k", 28, ("learned queries, 100 of 256", "25.6 k")),
        ("MLP, 96 → 384 → 96", 17, ("MLP,", "96 → 384 → 96")),
        ("DetrMLPPredictionHead, 4", 18, ("DetrMLPPrediction", "Head, 4")),
        ("5×5 depthwise conv, 120", 16, ("5×5 depthwise", "conv, 120")),
        ("matmul", 3, ("matmul",)),
        ("", 3, ("",)),
    ],
)
def test_rows(text: str, room: float, rows: tuple[str, ...]) -> None:
    assert wrapped(text, room, len) == rows


def test_numbers_stay_with_what_they_count() -> None:
    for room in range(1, 40):
        for row in wrapped("2 residual, 3 gate · 8 experts, 52.3 k", room, len):
            assert not row[-1].isdigit()
