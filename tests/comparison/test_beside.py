"""Both models side by side."""

from __future__ import annotations

from tests.compared import SAME, difference, drawn
from visualize.core.fate import Status


def test_both_have_frames_and_marks() -> None:
    figure = drawn(difference([SAME] * 2, [SAME, {"kernel": 5}]), side_by_side=True, level="layer")
    assert [group.label for group in figure.scene.groups if not group.parent] == ["net", "net"]
    sides = [box.id.split()[0] for box in figure.scene.boxes if box.status is Status.CHANGED]
    assert sides == ["before", "after"]
    assert figure.check() == []
    assert figure.fits_page
