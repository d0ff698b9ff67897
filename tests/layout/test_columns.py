"""A flow too long for the page goes on in columns, with lines from one to the next."""

from __future__ import annotations

import itertools

from tests.layouts import THEME, figure_sizes, hits, overlaps, scene
from visualize.core.choices import Direction
from visualize.layout import lay_out
from visualize.layout.columns import turns, wrap
from visualize.layout.order import decompose
from visualize.layout.place import Placer


def test_long_chains_wrap_into_columns_of_a_page() -> None:
    names = [f"layer{number}" for number in range(60)]
    layout = lay_out(scene(list(itertools.pairwise(names))), THEME, Direction.TB)
    assert len(layout.trunks) == 2
    assert layout.extent.end - layout.extent.start <= 9 * 72
    assert overlaps(layout) == []


def test_every_unit_is_in_one_column_below_its_junction() -> None:
    names = [f"layer{number}" for number in range(40)]
    sizes = figure_sizes(scene(list(itertools.pairwise(names)), [("layer3", "layer30")]))
    placer = Placer(sizes)
    flow = placer.place(decompose(placer.flow))
    placement, columns = wrap(flow, sizes, 500, lambda _: 0.0)
    assert [unit for column in columns for unit in column.units] == list(flow.centers)
    assert placement.centers.keys() == flow.centers.keys()
    lines = list(turns(columns, placement, sizes))
    assert len(lines) == len(columns) - 1
    for column, line in zip(columns[1:], lines):
        assert column.junction == line.end
        first = sizes.rectangle(column.units[0], placement.centers[column.units[0]])
        assert first.start > column.junction.along
        assert column.low > columns[0].high


def test_arrows_to_another_column_follow_its_turn() -> None:
    names = [f"layer{number}" for number in range(60)]
    layout = lay_out(scene(list(itertools.pairwise(names))), THEME, Direction.TB)
    over = [placed for placed in layout.arrows if placed.via]
    assert [placed.via for placed in over] == [(0,), (1,)]
    boxes = {placed.box.id: placed.rectangle.grown(0.1) for placed in layout.boxes}
    for placed in over:
        whole = layout.whole(placed)
        assert boxes[placed.arrow.source].holds(whole.start)
        assert boxes[placed.arrow.target].holds(whole.end)
    assert hits(layout) == []
