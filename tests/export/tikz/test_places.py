"""Places relative to nodes."""

from __future__ import annotations

import pytest

from visualize.core.page import Area
from visualize.export.tikz.places import Node, Places

BOX = Node("a", Area(10, 20, 50, 40))
CIRCLE = Node("add", Area(0, 0, 13, 13), is_circle=True)


def placed(*nodes: Node) -> Places:
    places = Places()
    for node in nodes:
        places.add(node)
    return places


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ((30, 40), "(a.south)"),
        ((30, 20), "(a.north)"),
        ((50, 20), "(a.north east)"),
        ((33.5, 40), "([xshift=3.5bp]a.south)"),
        ((50, 27), "([yshift=3bp]a.east)"),
        ((34, 45), "([shift={(4,-5)}]a.south)"),
    ],
)
def test_a_place_is_given_from_the_nearest_anchor(place: tuple[float, float], source: str) -> None:
    assert placed(BOX).near(place, ["a"]) == source


def test_a_place_on_a_circle_is_an_angle() -> None:
    places = placed(CIRCLE)
    assert places.near((13, 6.5), ["add"]) == "(add.east)"
    assert places.near((6.5 + 6.5 * 0.8, 6.5 + 6.5 * 0.6), ["add"]) == "(add.-36.9)"


def test_a_box_is_below_or_beside_the_nearest_one_in_its_column_or_row() -> None:
    places = placed(BOX, Node("far", Area(10, -60, 50, -40)))
    assert places.beside(Area(5, 48, 55, 60), 8) == "below=of a"
    assert places.beside(Area(5, 50, 55, 60), 8) == "below=10bp of a"
    assert places.beside(Area(62.5, 10, 70, 50), 8) == "right=12.5bp of a"
    assert places.beside(Area(0, -80, 60, -70), 8) == "above=10bp of far"
    assert not places.beside(Area(62, 48, 70, 60), 8)
