"""One scene with one spacing: its boxes are placed first, its arrows when they are needed."""

from __future__ import annotations

import itertools
from dataclasses import replace

from tests.layouts import THEME, scene
from tests.pyramids import triangle
from visualize.core.choices import Direction
from visualize.core.layout import Page
from visualize.layout import Arranger
from visualize.layout.corners import Corners
from visualize.layout.densities import DENSE, ROOMY
from visualize.layout.flow import PlacedFlow, place_flow, place_flow_in_rows
from visualize.layout.sizes import Sizes

CHAIN = scene(list(itertools.pairwise("abcdef")))


def flow(limit: float) -> PlacedFlow:
    return place_flow(Sizes(CHAIN, THEME, Direction.TB, ROOMY), limit)


def test_boxes_alone_are_no_larger_than_all_of_it() -> None:
    placed = flow(1000)
    whole = Corners.of(placed.layout.extent, Direction.TB).size
    assert 0 < placed.boxes_size[0] <= whole[0]
    assert 0 < placed.boxes_size[1] <= whole[1]


def test_what_is_too_long_continues_in_another_column() -> None:
    one, two = flow(1000).boxes_size, flow(150).boxes_size
    assert two[0] > one[0]
    assert two[1] < one[1]


def test_a_flow_is_placed_once_for_each_spacing() -> None:
    arranger = Arranger(THEME, Direction.TB, Page())
    first = arranger.flow(CHAIN, Direction.TB, ROOMY, (300, 300))
    assert arranger.flow(CHAIN, Direction.TB, ROOMY, (300, 300)) is first
    assert arranger.flow(CHAIN, Direction.TB, DENSE, (300, 300)) is not first
    assert arranger.flow(CHAIN, Direction.TB, ROOMY, (200, 300)) is not first


def test_a_u_that_is_far_too_broad_is_one_column() -> None:
    arcs = [("a", "e"), ("b", "d")]
    drawn = scene([*itertools.pairwise("abcde")], arcs)
    drawn = replace(drawn, arrows=tuple(replace(one, long=one.arc) for one in drawn.arrows))
    sizes = Sizes(drawn, THEME, Direction.TB, ROOMY)
    folded, narrow = place_flow(sizes, 400.0, 400.0), place_flow(sizes, 400.0, 180.0)
    assert (len(folded.placed.columns), len(narrow.placed.columns)) == (3, 1)


def test_several_resolutions_are_in_rows() -> None:
    assert place_flow_in_rows(Sizes(CHAIN, THEME, Direction.TB, ROOMY)) is None
    placed = place_flow_in_rows(Sizes(triangle(), THEME, Direction.TB, ROOMY))
    assert placed
    at = {box.box.id: box.center for box in placed.layout.boxes}
    assert at["a"].along == at["e"].along == at["f"].along < at["b"].along == at["d"].along
    # Right of c, and below d, is room.
    (right, below), *_ = placed.notches
    width, height = Corners.of(placed.layout.extent, Direction.TB).size
    assert 0 < right < width
    assert 0 < below < height
