"""Series are on a straight line, parallels side by side."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from tests.layouts import THEME, figure_sizes, scene
from visualize.core.choices import Direction
from visualize.core.geometry import Transform
from visualize.layout import lay_out
from visualize.layout.order import decompose
from visualize.layout.place import Placer
from visualize.layout.spacing import KNOTTED
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
