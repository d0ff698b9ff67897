"""Lengths of paths."""

from __future__ import annotations

import pytest

from visualize.core.summary import PathLengths


@pytest.mark.parametrize(("share", "length"), [(0.0, 1), (0.25, 1), (0.5, 3), (0.9, 3), (1.0, 7)])
def test_quantiles(share: float, length: int) -> None:
    paths = PathLengths({1: 3, 3: 6, 7: 1})
    assert paths.quantile(share) == length
    assert (paths.number, paths.shortest, paths.longest) == (10, 1, 7)


def test_no_paths() -> None:
    assert PathLengths({}).quantile(0.5) == PathLengths({}).longest == 0


@pytest.mark.parametrize(
    ("counts", "median"),
    [
        ({}, 0),
        ({3: 1}, 3),
        ({0: 1, 1: 1}, 0.5),
        ({1: 2, 5: 2}, 3),
        ({1: 1, 2: 1, 9: 1}, 2),
        ({2: 2**70, 3: 2**70 - 1}, 2),
    ],
)
def test_the_median_lies_between_two_middle_paths(counts: dict[int, int], median: float) -> None:
    assert PathLengths(counts).median == median
