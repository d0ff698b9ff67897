"""What is a U: nested skips across the turn of a flow, and nothing else that leads across."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

import visualize
from tests.layouts import figure_sizes, scene
from visualize.core.scene import Scene
from visualize.layout.sizes import LevelSizes
from visualize.layout.u_shape import UShape, find_u
from visualize.layout.u_shape.find import _deepest
from visualize.layout.u_shape.shape import Row
from visualize.layout.units import BoxUnit

Pairs = Sequence[tuple[str, str]]


def names(units: Sequence[object]) -> str:
    return "".join(unit.box for unit in units if isinstance(unit, BoxUnit))


def concats(drawn: Scene, long: Pairs = ()) -> Scene:
    """``drawn`` with its arcs as concats, of which some are ``long``; so are links on skips."""
    return replace(
        drawn,
        arrows=tuple(
            replace(
                one,
                long=(one.source, one.target) in long,
                skip="concat" if one.arc or (one.source, one.target) in long else None,
            )
            for one in drawn.arrows
        ),
    )


def found(drawn: Scene) -> UShape | None:
    return find_u(figure_sizes(drawn))


def with_shapes(drawn: Scene, shapes: dict[str, tuple[int, ...]]) -> LevelSizes:
    boxes = tuple(replace(box, shape=shapes.get(box.id, ())) for box in drawn.boxes)
    return figure_sizes(replace(drawn, boxes=boxes))


LONG = [("a", "e"), ("b", "d")]


def test_nested_skips_are_rows() -> None:
    shape = found(concats(scene(list(itertools.pairwise("abcde")), LONG), LONG))
    assert shape
    assert shape.bottom == BoxUnit("c")
    assert [(names([row.fork, row.merge]), row.is_level) for row in shape.rows] == [
        ("ae", True), ("bd", True),
    ]  # fmt: skip


def test_a_bottom_that_others_read_is_on_the_way_up() -> None:
    links = [*itertools.pairwise("abcde"), ("c", "e")]
    shape = found(concats(scene(links, LONG), LONG))
    assert shape
    assert (shape.bottom, shape.right[0]) == (None, BoxUnit("c"))


def test_the_turn_is_where_the_resolution_rises() -> None:
    drawn = concats(scene(list(itertools.pairwise("abcdefgh")), [("a", "h"), ("b", "g")]),
                    [("a", "h"), ("b", "g")])  # fmt: skip
    high, low = (8, 8, 8), (16, 4, 4)
    shapes = dict.fromkeys("ab", high) | dict.fromkeys("cde", low) | {"f": high}
    shape = find_u(with_shapes(drawn, shapes))
    assert shape
    assert (names(shape.left), shape.bottom, names(shape.right)) == ("abcd", BoxUnit("e"), "fgh")


def test_tokens_have_their_channels_last() -> None:
    drawn = concats(scene(list(itertools.pairwise("abcdefg")), [("a", "g"), ("b", "f")]),
                    [("a", "g"), ("b", "f")])  # fmt: skip
    shapes = {"a": (64, 8), "b": (64, 8), "c": (16, 16), "d": (16, 16), "e": (64, 8)}
    shape = find_u(with_shapes(drawn, shapes))
    assert shape
    assert (names(shape.left), shape.bottom, names(shape.right)) == ("abc", BoxUnit("d"), "efg")


def test_boxes_on_skips_are_between_the_sides() -> None:
    skips = [("a", "x"), ("x", "y"), ("y", "e"), ("b", "z"), ("z", "d")]
    drawn = concats(scene([*itertools.pairwise("abcde"), *skips]), skips)
    shape = found(drawn)
    assert shape
    assert [names(row.laterals) for row in shape.rows] == ["xy", "z"]
    assert (names(shape.left), names(shape.right)) == ("ab", "de")


def test_a_decoder_that_reads_two_blocks_is_level_with_the_nearer_one() -> None:
    arcs = [("a", "f"), ("b", "f"), ("b", "e"), ("c", "e")]
    shape = found(concats(scene(list(itertools.pairwise("abcdef")), arcs), arcs))
    assert shape
    assert {(names([row.fork, row.merge]), row.is_level) for row in shape.rows} == {
        ("af", False), ("bf", True), ("be", False), ("ce", True),
    }  # fmt: skip


def test_a_concat_around_the_turn_is_across_as_well() -> None:
    arcs = [*LONG, ("c", "+")]
    links = [*itertools.pairwise("abcx+de")]
    shape = found(concats(scene(links, arcs), LONG))
    assert shape
    assert names([shape.rows[-1].fork, shape.rows[-1].merge]) == "c+"


def test_three_nested_concats_are_a_u_wherever_they_lead() -> None:
    arcs = [("a", "g"), ("b", "f"), ("c", "e")]
    assert found(concats(scene(list(itertools.pairwise("abcdefg")), arcs)))
    assert not found(concats(scene(list(itertools.pairwise("abcdefg")), arcs[:2])))


def test_nested_residual_connections_at_one_resolution_are_no_u() -> None:
    arcs = [("a", "g"), ("b", "f"), ("c", "e")]
    drawn = scene(list(itertools.pairwise("abcdefg")), arcs)
    assert not find_u(with_shapes(drawn, dict.fromkeys("abcdefg", (8, 8, 8))))
    lower = {"a": (8, 8, 8), "b": (8, 4, 4), "c": (8, 2, 2)}
    assert find_u(with_shapes(drawn, lower))


def test_skips_that_cross_are_no_u() -> None:
    arcs = [("a", "d"), ("b", "e")]
    assert not found(concats(scene(list(itertools.pairwise("abcde")), arcs), arcs))


def test_a_chain_is_no_u() -> None:
    assert not found(scene(list(itertools.pairwise("abcde"))))


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


spans = st.tuples(st.integers(0, 10), st.integers(1, 5)).map(lambda one: (one[0], sum(one)))


@given(st.lists(spans))
def test_the_deepest_place_is_the_first_that_most_skips_are_around(
    ends: list[tuple[int, int]],
) -> None:
    units = [BoxUnit(str(number)) for number in range(16)]
    at = {unit: number for number, unit in enumerate(units)}
    rows = [Row(units[fork], units[merge], (number,)) for number, (fork, merge) in enumerate(ends)]
    around = [[row for row in rows if at[row.fork] <= one < at[row.merge]] for one in range(16)]
    most = max(around, key=len)
    found = _deepest(rows, at)
    assert len(found) == len(most)
    assert [*map(id, found)] == [
        id(row)
        for row in sorted(rows, key=lambda row: (at[row.fork], -at[row.merge]))
        if any(row is one for one in most)
    ]
