"""Feeds of a U: what both of its sides read beside the data."""

from __future__ import annotations

import itertools

from tests.layouts import figure_sizes, scene
from visualize.layout.order import Series
from visualize.layout.u_shape.feeds import find_feeds
from visualize.layout.units import BoxUnit

SPINE = [*itertools.pairwise("abcde")]


def test_what_several_units_read_is_a_feed() -> None:
    level = figure_sizes(scene([*SPINE, ("s", "t"), *(("t", one) for one in "bcde")])).level
    (feed,) = find_feeds(level, BoxUnit("b"))
    assert feed.part == Series((BoxUnit("s"), BoxUnit("t")))
    assert feed.source == BoxUnit("t")
    assert [level.links[number].target for number in feed.links] == [*map(BoxUnit, "bcde")]


def test_the_data_is_what_enters_at_one_place() -> None:
    links = [("t", one) for one in "bcde"]
    level = figure_sizes(scene([*links, *SPINE])).level
    (feed,) = find_feeds(level, BoxUnit("c"))
    assert feed.source == BoxUnit("t")


def test_a_second_input_of_one_unit_is_no_feed() -> None:
    level = figure_sizes(scene([*SPINE, ("s", "b")])).level
    assert find_feeds(level, BoxUnit("b")) == ()


def test_what_is_read_in_two_places_is_no_feed() -> None:
    links = [("s", "t"), *itertools.product("st", "bcd")]
    level = figure_sizes(scene([*SPINE, *links])).level
    assert find_feeds(level, BoxUnit("b")) == ()
