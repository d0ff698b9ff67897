"""The index of areas finds what a search of all areas finds."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from visualize.check.index import AreaIndex
from visualize.core.page import Area

numbers = st.integers(-150, 150).map(float)


@st.composite
def areas(draw: st.DrawFn) -> Area:
    left, right = sorted((draw(numbers), draw(numbers)))
    top, bottom = sorted((draw(numbers), draw(numbers)))
    return Area(left, top, right, bottom)


@given(st.lists(areas(), max_size=12), areas())
def test_overlapping(found: list[Area], area: Area) -> None:
    expected = [number for number, one in enumerate(found) if one.overlaps(area)]
    assert AreaIndex(found).overlapping(area) == expected


@given(st.lists(areas(), max_size=12))
def test_pairs(found: list[Area]) -> None:
    pairs = itertools.combinations(range(len(found)), 2)
    expected = [(a, b) for a, b in pairs if found[a].overlaps(found[b])]
    assert list(AreaIndex(found).pairs()) == expected


@given(st.lists(areas(), max_size=12), st.tuples(numbers, numbers))
def test_holding(found: list[Area], place: tuple[float, float]) -> None:
    expected = [number for number, one in enumerate(found) if one.holds(place)]
    assert AreaIndex(found).holding(place) == expected


@given(st.lists(areas(), max_size=12), st.lists(st.tuples(numbers, numbers), max_size=5))
def test_crossed(found: list[Area], line: list[tuple[float, float]]) -> None:
    expected = [
        number
        for number, one in enumerate(found)
        if any(one.is_crossed(start, end) for start, end in itertools.pairwise(line))
    ]
    assert AreaIndex(found).crossed(line) == expected
