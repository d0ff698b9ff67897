"""Arrows along a row are level."""

from __future__ import annotations

from tests.layouts import figure_sizes
from tests.pyramids import triangle, zigzag
from visualize.layout.rows.align import align
from visualize.layout.rows.find import find_rows
from visualize.layout.units import BoxUnit


def test_what_reads_along_a_row_is_in_line_with_what_it_reads() -> None:
    sizes = figure_sizes(triangle())
    rows = find_rows(sizes)
    assert rows
    middle = align(rows, sizes).middle
    assert middle[BoxUnit("a")] == middle[BoxUnit("e")] == middle[BoxUnit("+")]
    assert middle[BoxUnit("+")] == middle[BoxUnit("f")]
    assert middle[BoxUnit("b")] == middle[BoxUnit("d")]


def test_a_row_is_as_long_as_what_is_in_it() -> None:
    sizes = figure_sizes(zigzag())
    rows = find_rows(sizes)
    assert rows
    aligned = align(rows, sizes)
    assert aligned.lengths == tuple(sizes.length(BoxUnit(name)) for name in "abch")
    assert all(0 <= middle <= max(aligned.lengths) for middle in aligned.middle.values())
