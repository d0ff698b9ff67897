"""Units of different kinds are different, also with the same name."""

from __future__ import annotations

from visualize.layout.units import BoxUnit, EntryPort, ExitPort, FrameUnit


def test_kinds_are_told_apart_by_type() -> None:
    kinds = [BoxUnit("a"), FrameUnit("a"), EntryPort("a"), ExitPort("a")]
    assert len(set(kinds)) == 4
    assert BoxUnit("a") == BoxUnit("a")
