"""Panels of details have a place beside or below the overview, and none lies on another."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

import visualize
from visualize.core.layout import Layout
from visualize.layout.details import pack

GAP = 10.0
lengths = st.floats(20, 300)
sizes = st.tuples(lengths, lengths)


def areas(
    overview: tuple[float, float],
    panels: list[tuple[float, float]],
    places: list[tuple[float, float]],
) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of the overview and of each panel."""
    found = [(0.0, 0.0, *overview)]
    for (x, y), (width, height) in zip(places, panels, strict=True):
        found.append((x, y, x + width, y + height))
    return found


@given(sizes, st.lists(sizes, min_size=1, max_size=6), sizes)
def test_panels_keep_their_distance(
    overview: tuple[float, float], panels: list[tuple[float, float]], room: tuple[float, float]
) -> None:
    found = areas(overview, panels, pack(overview, panels, room, GAP))
    for one, other in itertools.combinations(found, 2):
        beside = max(one[0] - other[2], other[0] - one[2])
        below = max(one[1] - other[3], other[1] - one[3])
        assert max(beside, below) >= GAP - 1e-6


@pytest.mark.parametrize(
    ("overview", "panels", "room"),
    [
        ((80, 200), [(60, 90), (60, 90)], (160, 200)),  # in a column beside it
        ((80, 200), [(60, 150), (60, 150)], (230, 200)),  # in two
        ((200, 80), [(95, 100), (95, 90)], (200, 200)),  # in a row below it
        ((120, 100), [(60, 150), (120, 90)], (190, 200)),  # one under it, one beside it
        ((80, 200), [(60, 120), (60, 150), (60, 70)], (230, 200)),  # a short one below a tall one
    ],
)
def test_what_can_fit_does(
    overview: tuple[float, float], panels: list[tuple[float, float]], room: tuple[float, float]
) -> None:
    found = areas(overview, panels, pack(overview, panels, room, GAP))
    assert max(right for _, _, right, _ in found) <= room[0]
    assert max(bottom for _, _, _, bottom in found) <= room[1]


def layout() -> Layout:
    return visualize.draw("resnet50").drawing.layout


def test_a_panel_holds_its_title_and_all_that_is_in_it() -> None:
    for placed in layout().details:
        assert [text for text, _, _ in placed.texts] == [placed.detail.letter, placed.detail.title]
        for _, (x, y), _ in placed.texts:
            assert placed.low[0] < x < placed.high[0]
            assert placed.low[1] < y < placed.high[1]
        for box in placed.layout.boxes:
            x, y = placed.direction.on_page(box.center)
            assert placed.low[0] < x + placed.shift[0] < placed.high[0]
            assert placed.low[1] < y + placed.shift[1] < placed.high[1]


def test_the_page_holds_the_panels() -> None:
    around = layout().around
    for placed in layout().details:
        assert around.low[0] < placed.low[0] < placed.high[0] < around.high[0]
        assert around.low[1] < placed.low[1] < placed.high[1] < around.high[1]


def test_a_panel_has_lines_about_what_it_explains_in_words() -> None:
    placed = visualize.draw("swin_t").drawing.layout.details[0]
    lines = [(text, at, size) for text, at, size in placed.texts[2:]]
    assert [text for text, _, _ in lines] == ["A2: shifted window attention"]
    (_, (x, y), size), top = lines[0], placed.texts[0][1][1]
    first = placed.layout.boxes[0]
    assert first.center.along == min(box.center.along for box in placed.layout.boxes)
    _, under = placed.direction.on_page(first.center)
    assert under + placed.shift[1] + first.rectangle.end - first.rectangle.start < y < top - size
    assert placed.low[0] < x < placed.high[0]


def test_panels_are_in_a_notch_where_that_needs_less() -> None:
    places = pack((200, 200), [(90, 80)], (210, 210), GAP, notches=[(60, 100)])
    assert places == [(70.0, 110.0)]


def test_panels_keep_their_distance_in_a_notch() -> None:
    panels = [(60.0, 40.0), (50.0, 40.0), (60.0, 30.0)]
    places = pack((200, 200), panels, (200, 200), GAP, notches=[(60, 100)])
    assert min(x for x, _ in places) == 70
    assert min(y for _, y in places) == 110
    for (x, y), (width, height) in zip(places, panels, strict=True):
        assert x + width <= 200
        assert y + height <= 200
