"""Skip connections that go the same way between closed boxes are one arrow."""

from __future__ import annotations

from visualize.core.scene import SceneArrow
from visualize.scene.bundles import bundled


def arrow(target: str, label: str, *, arc: bool = True, kind: str = "concat") -> SceneArrow:
    skip = kind if arc else None
    return SceneArrow("a", target, label, skip, arc=arc, long=False, tooltip=f"{kind} {label}")


def test_arrows_that_go_the_same_way_are_one() -> None:
    arrows = [arrow("b", "8×4×4"), arrow("c", "8×4×4"), arrow("b", "8×4×4")]
    first, second = bundled(arrows, lambda box: True)
    assert (first.target, first.label) == ("b", "2 × (8×4×4)")
    assert first.tooltip == "concat 8×4×4"
    assert second == arrows[1]


def test_different_shapes_are_counted() -> None:
    (one,) = bundled([arrow("b", "8×4×4"), arrow("b", "9×4×4")], lambda box: True)
    assert one.label == "2 tensors"
    assert one.tooltip == "concat 8×4×4\nconcat 9×4×4"


def test_what_says_something_else_stays_apart() -> None:
    arrows = [arrow("b", ""), arrow("b", "", kind="identity"), arrow("b", "", arc=False)]
    assert list(bundled(arrows, lambda box: True)) == arrows


def test_arrows_of_open_boxes_stay_apart() -> None:
    arrows = [arrow("b", "8×4×4"), arrow("b", "8×4×4")]
    assert list(bundled(arrows, lambda box: box == "a")) == arrows
