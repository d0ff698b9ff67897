"""A grid finds what a look at all areas finds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from visualize.core.geometry import Point, Rectangle
from visualize.core.grid import Grid

places, sizes = st.floats(-150, 150), st.floats(0, 120)
areas = st.builds(
    lambda start, low, length, breadth: Rectangle(start, start + length, low, low + breadth),
    places, places, sizes, sizes,
)  # fmt: skip


@given(st.lists(areas), areas)
def test_all_that_overlaps_is_found_once(held: list[Rectangle], area: Rectangle) -> None:
    grid: Grid[int] = Grid()
    for number, one in enumerate(held):
        grid.add(one, number)
    found = sorted(number for _, number in grid.overlapping(area))
    assert found == [number for number, one in enumerate(held) if one.overlaps(area)]


@given(st.lists(areas, min_size=1), areas)
def test_what_is_removed_is_found_no_more(held: list[Rectangle], area: Rectangle) -> None:
    grid: Grid[int] = Grid()
    for number, one in enumerate(held):
        grid.add(one, number)
    grid.remove(held[0], 0)
    assert 0 not in [number for _, number in grid.overlapping(area)]
    assert len(list(grid.overlapping(area))) == sum(one.overlaps(area) for one in held[1:])


@given(st.lists(areas), st.builds(Point, places, places))
def test_all_that_holds_a_point_is_found_once(held: list[Rectangle], point: Point) -> None:
    grid: Grid[int] = Grid()
    for number, one in enumerate(held):
        grid.add(one, number)
    found = [number for number, one in enumerate(held) if one.holds(point)]
    assert sorted(grid.at(point)) == found
