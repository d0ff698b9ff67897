"""U-shaped networks are folded, with skips straight across."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from torch import Tensor, nn

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


def test_a_bottom_that_others_read_is_on_the_way_up() -> None:
    links = [*itertools.pairwise("abcde"), ("c", "e")]
    drawn = scene(links, [("a", "e"), ("b", "d")])
    long = {("a", "e"), ("b", "d")}
    drawn = replace(
        drawn,
        arrows=tuple(replace(one, long=(one.source, one.target) in long) for one in drawn.arrows),
    )
    placer = Placer(figure_sizes(drawn))
    shape = find_u(decompose(placer.flow), placer.level)
    assert shape
    assert (shape.bottom, shape.right[0]) == (None, BoxUnit("c"))


class Pyramid(nn.Module):
    """A feature pyramid that returns all of its levels, or the lowest and the highest."""

    def __init__(self, levels: int, returned: slice) -> None:
        super().__init__()
        self.returned = returned
        self.down = nn.ModuleList(nn.Conv2d(8, 8, 3, 2, 1) for _ in range(levels))
        self.lateral = nn.ModuleList(nn.Conv2d(8, 8, 1) for _ in range(levels))

    def forward(self, x: Tensor) -> list[Tensor]:
        found = []
        for down in self.down:
            x = down(x).relu()
            found.append(x)
        y = self.lateral[-1](found[-1])
        outputs = [y]
        for lateral, x in zip(self.lateral[-2::-1], found[-2::-1]):
            y = lateral(x) + nn.functional.interpolate(y, scale_factor=2)
            outputs.append(y)
        return outputs[self.returned]


@pytest.mark.parametrize(
    ("levels", "returned"), [(3, slice(None)), (4, slice(None)), (4, slice(0, None, 3))]
)
def test_levels_of_a_pyramid_that_are_returned_are_beside_the_way_up(
    levels: int, returned: slice
) -> None:
    figure = visualize.draw(Pyramid(levels, returned), (1, 8, 32, 32), level="layer")
    assert [str(finding) for finding in figure.check()] == []


def test_a_chain_is_no_u() -> None:
    placer = Placer(figure_sizes(scene(list(itertools.pairwise("abcde")))))
    assert find_u(decompose(placer.flow), placer.level) is None
