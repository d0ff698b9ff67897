"""A shape that a unit returns is written once, where it has room."""

from __future__ import annotations

from dataclasses import replace

from tests.layouts import figure_sizes
from tests.pyramids import zigzag
from visualize.layout.rows.draw import draw_rows
from visualize.layout.rows.find import find_rows
from visualize.layout.rows.place import place_rows


def test_a_shape_is_beside_the_arrow_along_the_column() -> None:
    drawn = zigzag()
    drawn = replace(drawn, arrows=tuple(replace(arrow, label="8×32×32") for arrow in drawn.arrows))
    sizes = figure_sizes(drawn)
    rows = find_rows(sizes)
    assert rows
    legs = draw_rows(sizes, place_rows(rows, sizes).routes)
    labelled = [(leg.link.arrow.source, leg.link.arrow.target) for leg in legs if leg.label]
    assert sorted(labelled) == [
        ("a", "b"), ("b", "c"), ("c", "d"), ("d", "e"), ("e", "f"), ("f", "g"), ("g", "h"),
    ]  # fmt: skip
    for leg in legs:
        if leg.label:
            assert leg.label.center.across > leg.route.end.across
