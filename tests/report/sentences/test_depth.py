"""Sentences on depth and paths."""

from __future__ import annotations

from torch import nn

from tests.sentences import written


def test_no_weighted_layers() -> None:
    assert "No weighted layers." in written(nn.BatchNorm2d(4), (1, 4, 2, 2))


def test_a_single_path() -> None:
    one = written(nn.Sequential(nn.Linear(4, 4)), (1, 4))
    assert "Depth: 1 weighted layer on the longest path." in one
    assert "Purely sequential." in one
