"""What becomes of operations."""

from __future__ import annotations

from visualize.core.fate import Fate, Status


def test_fates_that_differ_in_numbers_are_of_one_kind() -> None:
    one, other = (Fate(Status.CHANGED, (f"width {old} → 128",)) for old in (32, 64))
    assert one != other
    assert one.kind == other.kind != Fate(Status.ADDED).kind
