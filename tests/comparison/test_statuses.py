"""What became of boxes."""

from __future__ import annotations

from tests.compared import SAME, difference
from visualize.comparison.fates import sides
from visualize.comparison.statuses import notes_of, status_of
from visualize.core.choices import Level
from visualize.core.fate import Status
from visualize.simplify import simplify


def test_layers_decide_and_what_is_fused_into_them_does_not() -> None:
    _, after = sides(difference([{"norm": False}], [SAME, SAME]))
    boxes = simplify(after.exact, Level.LAYER, folded=False).boxes
    found = {box.path: status_of(box, after) for box in boxes if box.weights}
    assert Status.ADDED in found.values()
    assert found["stem"] is found["head"] is Status.SAME
    changed = [box for box in boxes if status_of(box, after) is Status.CHANGED]
    assert [notes_of(box, after) for box in changed] == [("+ BN",)]


def test_a_closed_box_names_what_changed_in_it() -> None:
    _, after = sides(difference([SAME] * 3, [SAME, {"kernel": 5}, SAME]))
    boxes = simplify(after.exact, Level.STAGE).boxes
    notes = [notes_of(box, after) for box in boxes if status_of(box, after) is Status.CHANGED]
    assert len(notes) == 1
    assert "first: kernel 3×3 → 5×5" in notes[0]
    _, longer = sides(difference([SAME] * 3, [SAME] * 5))
    (stage,) = (box for box in simplify(longer.exact, Level.STAGE).boxes if box.count > 1)
    assert notes_of(stage, longer) == ("+ 2 × Block",)
