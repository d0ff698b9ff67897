"""U-shaped networks are folded: both sides in rows, the right one against the flow."""

from __future__ import annotations

import itertools

import visualize
from tests.layout.u_shape.test_find import LONG, concats
from tests.layouts import THEME, figure_sizes, hits, overlaps, scene
from tests.nets import NETS
from visualize.core.choices import Direction
from visualize.layout import lay_out
from visualize.layout.place import Placer
from visualize.layout.u_shape import PlacedU, find_u, place_u
from visualize.layout.units import BoxUnit

LATERALS = [("a", "x"), ("x", "y"), ("y", "e"), ("b", "z"), ("z", "d")]
FED = [("t", one) for one in "bcde"]


def placed(links: list[tuple[str, str]], arcs: list[tuple[str, str]]) -> PlacedU:
    sizes = figure_sizes(concats(scene(links, arcs), [*LONG, *LATERALS]))
    shape = find_u(sizes)
    assert shape
    return place_u(shape, Placer(sizes))


def test_unet_is_folded_with_skips_straight_across() -> None:
    make, inputs = NETS["unet"]
    layout = lay_out(visualize.draw(make(), inputs, level="layer").scene, THEME, Direction.TB)
    skips = [one for one in layout.arrows if one.arrow.skip == "concat"]
    assert len(skips) == 2
    for one in skips:
        assert len({point.along for point in one.route.curves()}) == 1
        assert one.route.start.across < one.route.end.across


def test_both_sides_are_in_rows_and_the_right_one_goes_back() -> None:
    folded = placed([*itertools.pairwise("abcde")], LONG)
    at = folded.placement.centers
    assert at[BoxUnit("a")].along == at[BoxUnit("e")].along < at[BoxUnit("b")].along
    assert at[BoxUnit("b")].along == at[BoxUnit("d")].along < at[BoxUnit("c")].along
    assert folded.backwards == {BoxUnit("d"), BoxUnit("e")}
    assert folded.routes.keys() == {1, 2, 4, 5}


def test_boxes_on_skips_are_in_their_rows() -> None:
    folded = placed([*itertools.pairwise("abcde"), *LATERALS], [])
    at = folded.placement.centers
    row = [at[BoxUnit(one)] for one in "axye"]
    assert len({one.along for one in row}) == 1
    assert row == sorted(row, key=lambda one: one.across)


def test_feeds_are_above_and_their_lines_beside() -> None:
    folded = placed([*FED, *itertools.pairwise("abcde")], LONG)
    at = folded.placement.centers
    assert at[BoxUnit("t")].along < min(at[BoxUnit(one)].along for one in "abcde")
    left, right, _ = folded.columns
    assert {trunk.end.across for trunk in folded.trunks} == {left.low, right.high}
    assert len(folded.followed) == len(FED)


def test_a_u_with_feeds_and_boxes_on_skips_is_clear() -> None:
    links = [*itertools.pairwise("abcde"), *LATERALS, *FED]
    drawn = concats(scene(links, inputs="at"), LATERALS)
    layout = lay_out(drawn, THEME, Direction.TB)
    assert overlaps(layout) == hits(layout) == []
