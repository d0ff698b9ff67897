"""Series are on a straight line, parallels side by side."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from tests.layouts import THEME, figure_sizes, scene
from visualize.core.choices import Direction
from visualize.core.geometry import Transform
from visualize.layout import lay_out
from visualize.layout.densities import KNOTTED
from visualize.layout.order import decompose
from visualize.layout.place import Placer
from visualize.layout.units import BoxUnit


def test_a_chain_is_straight() -> None:
    layout = lay_out(scene(list(itertools.pairwise("abcdefgh"))), THEME, Direction.TB)
    assert {placed.center.across for placed in layout.boxes} == {0.0}
    along = [placed.center.along for placed in layout.boxes]
    assert along == sorted(along)


def test_parallel_branches_stand_side_by_side_in_order() -> None:
    edges = [("a", branch) for branch in "bcd"] + [(branch, "+") for branch in "bcd"]
    layout = lay_out(scene(edges), THEME, Direction.TB)
    place = {placed.box.id: placed.center for placed in layout.boxes}
    assert place["b"].across < place["c"].across < place["d"].across
    assert place["b"].along == place["c"].along == place["d"].along
    assert place["a"].across == place["+"].across == pytest.approx(place["c"].across)


def test_a_decoder_goes_on_beside_its_encoder() -> None:
    edges = [("x", "encoder"), ("y", "embed"), ("embed", "decoder"), ("encoder", "decoder")]
    towers = scene([*edges, ("decoder", "end")])
    blocks = {"encoder", "decoder"}
    towers = replace(
        towers,
        boxes=tuple(
            replace(box, role="block") if box.id in blocks else box for box in towers.boxes
        ),
    )
    at = {box.box.id: box.center for box in lay_out(towers, THEME, Direction.TB).boxes}
    assert {at[node].across for node in ("y", "embed", "decoder", "end")} == {0.0}
    assert at["x"].across == at["encoder"].across < 0
    # An operation that puts both together stands between them.
    merged = scene([("x", "left"), ("y", "right"), ("left", "both"), ("right", "both")])
    at = {box.box.id: box.center for box in lay_out(merged, THEME, Direction.TB).boxes}
    assert at["left"].across == -at["right"].across
    assert at["both"].across == 0


def test_a_placement_mirrors_and_moves_as_a_whole() -> None:
    edges = list(itertools.pairwise("abc"))
    placer = Placer(figure_sizes(scene(edges, [("a", "c")])))
    placement = placer.place(decompose(placer.flow))
    mirrored = placement.transformed(Transform(placement.length, mirrored=True))
    assert mirrored.centers[BoxUnit("a")].along > mirrored.centers[BoxUnit("c")].along
    assert mirrored.centers[BoxUnit("b")].across == placement.centers[BoxUnit("b")].across
    (arc,), (turned,) = placement.arcs.values(), mirrored.arcs.values()
    assert turned.lane == arc.lane
    assert turned.start.along == placement.length - arc.start.along
    assert (mirrored.low, mirrored.high) == (placement.low, placement.high)


def test_a_placement_knows_where_boxes_are_in_line() -> None:
    chain = Placer(figure_sizes(scene([("a", "b")])))
    assert not chain.place(decompose(chain.flow)).in_line
    towers = scene([("x", "left"), ("y", "right"), ("left", "both"), ("right", "both")])
    for spacing in (KNOTTED, replace(KNOTTED, lanes=True)):
        placer = Placer(figure_sizes(towers, spacing))
        assert placer.place(decompose(placer.flow)).in_line


# Data flows from x to c; s, t and u are computed from weights alone, and enter at b and at c.
_BESIDE = [*itertools.pairwise("xabc"), ("s", "t"), ("t", "b"), ("u", "c")]


class TestWhatNoInputFeeds:
    @pytest.mark.parametrize("direction", [Direction.TB, Direction.LR])
    def test_data_goes_straight_on(self, direction: Direction) -> None:
        layout = lay_out(scene(_BESIDE, inputs="x"), THEME, direction)
        place = {placed.box.id: placed.center for placed in layout.boxes}
        assert len({round(place[box].across, 3) for box in "xabc"}) == 1
        assert all(place[box].across != place["x"].across for box in "stu")

    def test_it_comes_right_before_what_reads_it(self) -> None:
        layout = lay_out(scene(_BESIDE, inputs="x"), THEME, Direction.TB)
        place = {placed.box.id: placed.center.along for placed in layout.boxes}
        assert place["s"] < place["t"] == pytest.approx(place["a"])
        assert place["u"] == pytest.approx(place["b"])

    def test_in_a_frame_data_goes_straight_past_it(self) -> None:
        edges = [*itertools.pairwise("xabz"), ("s", "a")]
        frames = dict.fromkeys("sab", "frame")
        layout = lay_out(scene(edges, frames=frames, inputs="x"), THEME, Direction.TB)
        place = {placed.box.id: placed.center for placed in layout.boxes}
        assert len({round(place[box].across, 3) for box in "xabz"}) == 1
        assert place["s"].across > place["a"].across
        assert place["x"].along < place["s"].along < place["a"].along

    def test_it_comes_before_a_frame_that_it_enters(self) -> None:
        edges = [("s", "b"), *itertools.pairwise("xabcz")]
        frames = dict.fromkeys("abc", "frame")
        layout = lay_out(scene(edges, frames=frames, inputs="x"), THEME, Direction.TB)
        place = {placed.box.id: placed.center for placed in layout.boxes}
        assert place["s"].along < place["a"].along

    def test_without_inputs_all_is_placed_as_ever(self) -> None:
        layout = lay_out(scene(_BESIDE), THEME, Direction.TB)
        assert not figure_sizes(scene(_BESIDE)).level.aside
        assert len(layout.boxes) == 7

    def test_what_is_fed_beside_the_axis_is_late_and_on_that_side(self) -> None:
        edges = [*itertools.pairwise("xabcz"), ("m", "k"), ("m", "v"), ("k", "c"), ("v", "c")]
        frames = dict.fromkeys("abckv", "frame")
        layout = lay_out(scene(edges, frames=frames, inputs="xm"), THEME, Direction.TB)
        place = {placed.box.id: placed.center for placed in layout.boxes}
        assert len({round(place[box].across, 3) for box in "xabcz"}) == 1
        assert place["k"].along == place["v"].along == place["b"].along
        assert max(place["k"].across, place["v"].across) < place["b"].across
        heads = [one.route.end.across for one in layout.arrows if one.arrow.target == "c"]
        assert len({round(across) for across in heads}) == 3
