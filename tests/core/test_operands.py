"""Amounts that several share count once."""

from __future__ import annotations

from visualize.core.operands import each_once


def test_what_has_one_name_counts_once() -> None:
    assert each_once([{"a": 3, "b": 4}, {"b": 4}, {}, {"c": 5}]) == 12
    assert each_once([]) == 0
