"""Many paths in a few words."""

from __future__ import annotations

from visualize.core.difference import Edit
from visualize.report.places import edits_text, places_text


def test_ranges_and_edits() -> None:
    assert places_text(["a.0", "a.1", "a.2"]) == "a[0–2]"
    assert edits_text([[Edit("kernel_size", [7, 7], [3, 3])]]) == "kernel 7×7 → 3×3"


def test_a_pattern_covers_what_changed_and_no_more() -> None:
    norms = [f"layer{a}.{b}.bn{c}" for a in (1, 2) for b in range(a + 1) for c in (1, 2)]
    assert places_text(norms) == "layer1–2[*].bn1–2"
    assert places_text([f"block{a}.conv{c}" for a in (1, 2) for c in (1, 3)]) == (
        "block1–2.conv{1,3}"
    )
    later = ["layer1.2", "layer2.2", "layer2.3"]
    assert places_text(later) == "layer1[2], layer2[2–3]"
