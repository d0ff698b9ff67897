"""Links take ways with few bends, and none through another box."""

from __future__ import annotations

from tests.layouts import figure_sizes
from tests.pyramids import named, triangle, zigzag
from visualize.core.scene import Scene
from visualize.layout.rows.align import align
from visualize.layout.rows.find import find_rows
from visualize.layout.rows.paths import Channel, Gutter, Path, PathFinder, Side


def paths(drawn: Scene) -> dict[str, Path]:
    """The path of each link, by the names of its ends."""
    sizes = figure_sizes(drawn)
    rows = find_rows(sizes)
    assert rows
    links = sizes.level.links
    found = PathFinder(rows, links, align(rows, sizes).middle).paths()
    return {"".join(map(named, link.ends)): path for link, path in zip(links, found, strict=True)}


def test_along_a_column_and_a_row_links_are_straight() -> None:
    found = paths(triangle())
    assert found["ab"] == Path(Side.BOTTOM, (), Side.TOP, is_straight=True)
    assert found["bd"] == found["e+"] == found["+f"]
    assert found["+f"] == Path(Side.RIGHT, (), Side.LEFT, is_straight=True)


def test_a_link_runs_over_what_is_between() -> None:
    assert paths(triangle())["a+"] == Path(Side.TOP, (Channel(0),), Side.TOP)


def test_a_link_to_the_next_row_meets_the_side_that_faces_it() -> None:
    found = paths(triangle())
    assert found["cd"] == Path(Side.RIGHT, (), Side.BOTTOM)  # nothing is right of c
    assert found["be"] == Path(Side.RIGHT, (Gutter(1), Channel(1)), Side.BOTTOM)  # d is, of b
    assert found["df"] == Path(Side.RIGHT, (), Side.BOTTOM)


def test_a_column_goes_up_from_box_to_box() -> None:
    assert paths(zigzag())["de"] == Path(Side.TOP, (), Side.BOTTOM, is_straight=True)
