"""Rows and columns are apart, and no line runs through a box."""

from __future__ import annotations

import itertools
import string

from hypothesis import given
from hypothesis import strategies as st

from tests.layouts import figure_sizes, hits, overlaps, sizes_of
from tests.pyramids import pyramid, triangle, zigzag
from visualize.core.geometry import Point
from visualize.core.scene import Scene
from visualize.layout.flow import place_flow_in_rows
from visualize.layout.rows.find import find_rows
from visualize.layout.rows.place import PlacedRows, place_rows
from visualize.layout.units import BoxUnit


def placed(drawn: Scene) -> PlacedRows:
    sizes = figure_sizes(drawn)
    rows = find_rows(sizes)
    assert rows
    return place_rows(rows, sizes)


def test_rows_follow_each_other_and_so_do_columns() -> None:
    at = placed(triangle()).placement.centers
    assert at[BoxUnit("a")].along < at[BoxUnit("b")].along < at[BoxUnit("c")].along
    assert at[BoxUnit("a")].across == at[BoxUnit("b")].across == at[BoxUnit("c")].across
    assert at[BoxUnit("a")].across < at[BoxUnit("e")].across < at[BoxUnit("+")].across
    assert at[BoxUnit("+")].across < at[BoxUnit("f")].across


def test_what_has_no_resolution_is_below_all_rows() -> None:
    at = placed(zigzag()).placement.centers
    assert max(at, key=lambda unit: at[unit].along) == BoxUnit("h")
    assert at[BoxUnit("h")].across == at[BoxUnit("g")].across


def test_lines_of_different_tensors_run_apart() -> None:
    edges = [("a", "b"), ("b", "c"), ("c", "d"), ("b", "d"), ("d", "e"), ("a", "e"),
             ("e", "f"), ("a", "f"), ("f", "g"), ("e", "g"), ("d", "g")]  # fmt: skip
    grid = placed(pyramid(edges, ["aefg", "bd", "c"]))
    ends = [route.end for route in grid.routes]
    assert len(set(ends)) == len(ends)


@st.composite
def pyramids(draw: st.DrawFn) -> Scene:
    """Any acyclic graph, with any resolutions."""
    count = draw(st.integers(4, 12))
    names = [
        f"{letter}{'+' if draw(st.booleans()) else ''}" for letter in string.ascii_lowercase[:count]
    ]
    edges = list(itertools.pairwise(names))
    for number in range(2, count):
        earlier = draw(st.sets(st.integers(0, number - 2), max_size=3))
        edges += [(names[one], names[number]) for one in sorted(earlier)]
    rows: list[list[str]] = [[] for _ in range(4)]
    for name in names:
        rows[draw(st.integers(0, 3))].append(name)
    return pyramid(edges, rows)


@given(pyramids())
def test_no_line_runs_through_a_box(drawn: Scene) -> None:
    flow = place_flow_in_rows(sizes_of(drawn))
    if flow:
        assert overlaps(flow.layout) == []
        assert hits(flow.layout) == []


def test_routes_begin_and_end_at_their_boxes() -> None:
    sizes = figure_sizes(triangle())
    grid = placed(triangle())
    for link, route in zip(sizes.level.links, grid.routes, strict=True):
        for unit, point in zip(link.ends, (route.start, route.end), strict=True):
            area = sizes.rectangle(unit, grid.placement.centers[unit])
            assert isinstance(point, Point)
            assert area.grown(1e-6).holds(point)
