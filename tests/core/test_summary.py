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
