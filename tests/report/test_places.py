"""Many paths in a few words."""

from __future__ import annotations

from visualize.core.difference import Edit
from visualize.report.places import edits_text, places_text


def test_ranges_and_edits() -> None:
    assert places_text(["a.0", "a.1", "a.2"]) == "a[0–2]"
    assert edits_text([[Edit("kernel_size", [7, 7], [3, 3])]]) == "kernel 7×7 → 3×3"
