"""The groups around boxes that are gone."""

from __future__ import annotations

from visualize.comparison.groups import Groups
from visualize.core.scene import Scene, SceneBox, SceneGroup


def _scene(copies: int, *names: str) -> Scene:
    boxes = tuple(SceneBox(one, (one,), "layer", (), 0, 0, "frame", "", "") for one in names)
    group = SceneGroup("frame", "×n", "", "repeat", "", copies, framed=True)
    return Scene("", "", "layer", boxes, (group,), ())


def test_a_group_of_which_something_stays_is_that_around_it() -> None:
    groups = Groups(_scene(3, "a", "b"), _scene(3, "a"), {"a": "a"})
    assert (groups.of("frame"), groups.of(""), groups.kept) == ("frame", "", {})


def test_other_copies_are_another_group() -> None:
    groups = Groups(_scene(3, "a", "b"), _scene(2, "a"), {"a": "a"})
    assert groups.of("frame") == ""


def test_a_group_of_which_nothing_stays_is_kept() -> None:
    groups = Groups(_scene(3, "b"), _scene(3, "a"), {})
    assert groups.of("frame") == "before frame"
    assert groups.kept["before frame"].repeat == 3
