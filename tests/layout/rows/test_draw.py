"""A shape that a unit returns is written once, where it has room."""

from __future__ import annotations

from dataclasses import replace

from tests.layouts import THEME, figure_sizes
from tests.pyramids import ZIGZAG, pyramid, zigzag
from visualize.core.choices import Direction
from visualize.core.fonts import text_width
from visualize.core.geometry import Rectangle
from visualize.layout import lay_out
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


def test_a_shape_above_a_level_line_is_clear_of_lines_that_cross_it() -> None:
    # From c to g, over the row in which b and d are; what e returns leads down between them.
    edges = [*ZIGZAG, ("e", "h"), ("g", "h")]
    drawn = pyramid(edges, ["ae", "bdf", "cg"])
    labelled = ("c", "g")
    drawn = replace(
        drawn,
        arrows=tuple(
            replace(arrow, label="8×16×16" if (arrow.source, arrow.target) == labelled else "")
            for arrow in drawn.arrows
        ),
    )
    layout = lay_out(drawn, THEME, Direction.TB)
    (label,) = (arrow.label for arrow in layout.arrows if arrow.label)
    length, breadth = Direction.TB.size(text_width(label.text, label.size, THEME.font), label.size)
    area = Rectangle.around(label.center, length, breadth)
    assert not any(area.holds(point) for one in layout.arrows for point in one.route.sample(40))
