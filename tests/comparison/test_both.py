"""The second model merged with the first, in closed boxes and in what explains them."""

from __future__ import annotations

from tests.compared import SAME, difference, drawn
from visualize.core.fate import Status


def test_a_panel_shows_what_changed_inside() -> None:
    found = difference([SAME] * 4, [{"kernel": 5}] * 4)
    scene = drawn(found, level="block").scene
    assert [box.status for box in scene.boxes if box.role == "block"] == [Status.CHANGED]
    (panel,) = scene.details
    assert [box.label[0] for box in panel.boxes if box.status is Status.CHANGED] == ["5×5 conv, 8"]


def test_what_is_the_same_has_no_panel() -> None:
    scene = drawn(difference([SAME] * 4, [SAME] * 4), level="block").scene
    assert scene.details == ()


def test_a_panel_shows_what_is_gone() -> None:
    scene = drawn(difference([SAME] * 4, [{"plain": True}] * 4), level="block").scene
    (panel,) = scene.details
    assert [box.role for box in panel.boxes if box.status is Status.REMOVED] == ["merge"]
