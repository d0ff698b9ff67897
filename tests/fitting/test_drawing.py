"""A scene that is laid out on its page."""

from __future__ import annotations

from tests.compared import SAME, difference, drawn


def test_what_is_the_same_in_a_difference_needs_no_panel() -> None:
    drawing = drawn(difference([SAME] * 4, [SAME] * 3 + [{"kernel": 5}]), level="layer").drawing
    assert drawing.fits
    assert drawing.is_clear
    assert drawing.shows_structure
    assert not drawing.is_unexplained
    assert any(box.role == "block" for box in drawing.scene.boxes)
