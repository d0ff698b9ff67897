"""A scene is divided at the borders of its frames."""

from __future__ import annotations

import itertools
from dataclasses import replace

from tests.layouts import THEME, scene
from visualize.core.choices import Direction
from visualize.core.scene import SceneArrow
from visualize.layout import lay_out
from visualize.layout.levels import FIGURE, split_levels
from visualize.layout.units import BoxUnit, EntryPort, ExitPort, FrameUnit


def test_arcs_from_one_box_tell_a_shape_once() -> None:
    dense = scene(list(itertools.pairwise("abcd")))
    arcs = [SceneArrow("a", to, "8×4×4", "concat", True, False, "") for to in "cd"]
    layout = lay_out(replace(dense, arrows=(*dense.arrows, *arcs)), THEME, Direction.TB)
    labels = [placed.label and placed.label.text for placed in layout.arrows if placed.arrow.arc]
    assert labels == ["8×4×4", None]


def test_an_arrow_has_a_link_at_each_level() -> None:
    levels = split_levels(scene(list(itertools.pairwise("abc")), frames={"b": "f"}))
    (inner,) = levels.frames
    assert inner.units == [EntryPort("f"), BoxUnit("b"), ExitPort("f")]
    assert levels.figure.units == [BoxUnit("a"), FrameUnit("f"), BoxUnit("c")]
    assert [link.ends for link in inner.links] == [
        (EntryPort("f"), BoxUnit("b")), (BoxUnit("b"), ExitPort("f")),
    ]  # fmt: skip
    assert [(link.ends, link.head) for link in levels.figure.links] == [
        ((BoxUnit("a"), FrameUnit("f")), False), ((FrameUnit("f"), BoxUnit("c")), True),
    ]  # fmt: skip
    assert [step for link in inner.links for step in link.steps] == [(0, 1), (1, 0)]


def test_arrows_share_the_link_up_to_a_border() -> None:
    drawn = scene([("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")], frames={"b": "f", "c": "f"})
    levels = split_levels(drawn)
    crossing = [link for link in levels.figure.links if not link.head]
    assert [link.steps for link in crossing] == [((0, 0), (1, 0))]


def test_what_enters_a_frame_beside_its_axis_is_a_side_input() -> None:
    edges = [("a", "b"), ("b", "c"), ("m", "c")]
    levels = split_levels(scene(edges, frames={"b": "f", "c": "f"}))
    assert [(link.arrow.source, link.arrow.target) for link in levels.side_inputs] == [("m", "c")]


def test_inner_frames_come_first() -> None:
    drawn = scene([("a", "b")], frames={"a": "outer", "b": "inner"})
    outer, inner = drawn.groups
    drawn = replace(drawn, groups=(outer, replace(inner, parent="outer")))
    levels = split_levels(drawn)
    assert [level.frame for level in levels.frames] == ["inner", "outer"]
    assert levels.figure.frame == FIGURE
    assert levels.figure.units == [FrameUnit("outer")]
    # All flows from the entry of a frame to its exit.
    assert levels.figure.flow.number_of_edges() == 0


def test_the_axis_of_a_frame_is_what_is_made_last() -> None:
    # A frame reads the results of two stages, of which the second reads the first.
    edges = [("a", "b"), ("a", "f"), ("b", "f"), ("f", "z")]
    levels = split_levels(scene(edges, frames={"f": "frame"}))
    assert [link.arrow.source for link in levels.side_inputs] == ["a"]
    apart = [("a", "f"), ("b", "f"), ("f", "z")]
    levels = split_levels(scene(apart, frames={"f": "frame"}))
    assert [link.arrow.source for link in levels.side_inputs] == ["b"]


def test_keys_and_values_from_beside_the_axis_are_fed_aside() -> None:
    edges = [*itertools.pairwise("xabz"), ("m", "k"), ("k", "b")]
    (inner,) = split_levels(scene(edges, frames=dict.fromkeys("abk", "f"), inputs="xm")).frames
    assert inner.fed_aside == {BoxUnit("k")}
    assert inner.aside == set()
