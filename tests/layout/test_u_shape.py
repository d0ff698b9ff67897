"""U-shaped networks are folded, with skips straight across."""

from __future__ import annotations

import itertools
from dataclasses import replace

import visualize
from tests.layouts import THEME, figure_sizes, scene
from tests.nets import NETS
from visualize.core.choices import Direction
from visualize.layout import lay_out
from visualize.layout.order import decompose
from visualize.layout.place import Placer
from visualize.layout.u_shape import find_u, place_u
from visualize.layout.units import BoxUnit


def test_unet_is_folded_with_skips_straight_across() -> None:
    make, inputs = NETS["unet"]
    layout = lay_out(visualize.draw(make(), inputs, level="layer").scene, THEME, Direction.TB)
    skips = [placed for placed in layout.arrows if placed.arrow.skip == "concat"]
    assert len(skips) == 2
    for placed in skips:
        assert len({point.along for point in placed.route.curves()}) == 1
        assert placed.route.start.across < placed.route.end.across


def test_both_sides_are_in_rows_and_the_right_one_goes_back() -> None:
    drawn = scene(list(itertools.pairwise("abcde")), [("a", "e"), ("b", "d")])
    drawn = replace(drawn, arrows=tuple(replace(one, long=True) for one in drawn.arrows))
    placer = Placer(figure_sizes(drawn))
    shape = find_u(decompose(placer.flow), placer.level)
    assert shape
    assert shape.bottom == BoxUnit("c")
    assert [(row.fork, row.merge) for row in shape.rows] == [
        (BoxUnit("a"), BoxUnit("e")), (BoxUnit("b"), BoxUnit("d")),
    ]  # fmt: skip
    folded = place_u(shape, placer)
    at = folded.placement.centers
    assert at[BoxUnit("a")].along == at[BoxUnit("e")].along < at[BoxUnit("b")].along
    assert at[BoxUnit("b")].along == at[BoxUnit("d")].along < at[BoxUnit("c")].along
    assert folded.backwards == {BoxUnit("d"), BoxUnit("e")}
    assert folded.routes.keys() == {1, 2, 4, 5}


def test_a_chain_is_no_u() -> None:
    placer = Placer(figure_sizes(scene(list(itertools.pairwise("abcde")))))
    assert find_u(decompose(placer.flow), placer.level) is None
