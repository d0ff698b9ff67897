"""Frames hold what is in them, and arrows cross their borders on the axis."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from tests.layouts import THEME, hits, overlaps, scene
from visualize.core.choices import Direction
from visualize.layout import lay_out


@pytest.mark.parametrize("direction", Direction)
def test_a_frame_surrounds_its_boxes_and_title(direction: Direction) -> None:
    edges = [*itertools.pairwise("abcd"), ("b", "+"), ("c", "+"), ("d", "+")]
    drawn = scene(edges, [("a", "d")], dict.fromkeys("bcd", "f"))
    layout = lay_out(drawn, THEME, direction)
    (frame,) = layout.frames
    area = frame.rectangle
    for placed in layout.boxes:
        assert area.overlaps(placed.rectangle) == (placed.box.group == "f")
        assert placed.box.group != "f" or area.grown(-1).holds(placed.center)
    assert [text.text for text in frame.texts] == ["2 × f"]
    assert area.holds(frame.texts[0].center)
    assert overlaps(layout) == []
    assert hits(layout) == []


def test_trunks_end_at_the_border_where_arrows_go_on() -> None:
    drawn = scene([("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")], frames={"b": "f", "c": "f"})
    layout = lay_out(drawn, THEME, Direction.TB)
    (frame,) = layout.frames
    into = [placed for placed in layout.arrows if placed.arrow.source == "a"]
    assert into[0].via == into[1].via
    (trunk,) = (layout.trunks[number] for number in into[0].via)
    assert trunk.end.along == pytest.approx(frame.rectangle.start)
    assert all(placed.route.start == pytest.approx(trunk.end) for placed in into)


def test_nested_frames_are_listed_from_the_outside() -> None:
    frames = {"a": "outer", "b": "inner", "c": "outer"}
    drawn = scene(list(itertools.pairwise("abc")), frames=frames)
    outer, inner = drawn.groups
    drawn = replace(drawn, groups=(outer, replace(inner, parent="outer")))
    layout = lay_out(drawn, THEME, Direction.TB)
    first, second = layout.frames
    assert (first.group.id, second.group.id) == ("outer", "inner")
    assert first.rectangle.start < second.rectangle.start < second.rectangle.end
    assert second.rectangle.end < first.rectangle.end
