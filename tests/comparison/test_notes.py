"""What a box says of what changed in it."""

from __future__ import annotations

from visualize.comparison.notes import edit_notes, shortened, value
from visualize.core.architecture import NodeKind, Operation
from visualize.core.difference import Edit


def test_what_follows_from_other_edits_is_left_out_unless_it_is_all() -> None:
    conv = Operation("c", NodeKind.MODULE, "Conv2d")
    wider, input_ = Edit("out_channels", 8, 16), Edit("in_channels", 4, 8)
    assert edit_notes(conv, [wider, input_]) == ("width 8 → 16",)
    assert edit_notes(conv, [input_]) == ("input width 4 → 8",)
    act = Operation("a", NodeKind.MODULE, "GELU")
    assert edit_notes(act, [Edit("type", "ReLU", "GELU"), Edit("approximate", None, "none")]) == (
        "ReLU → GELU",
    )


def test_many_notes_are_a_few_lines() -> None:
    found = shortened([f"note {number}" for number in range(9)])
    assert found == ("note 0", "note 1", "… and 7 more")
    assert shortened(["x" * 99])[0].endswith("…")


def test_values() -> None:
    assert value([1, 2]) == "1×2"
    assert value(["a", "b"]) == "a, b"
    assert value([2, 2], is_plain=True) == "2"
