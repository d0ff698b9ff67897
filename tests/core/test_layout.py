"""A layout knows the whole way of an arrow, and whether it fits a page."""

from __future__ import annotations

from dataclasses import replace

from visualize.core.geometry import Point, Rectangle
from visualize.core.layout import Layout, Page, PlacedArrow, PlacedBox, Surroundings
from visualize.core.route import Route
from visualize.core.scene import SceneArrow, SceneBox

ARROW = SceneArrow("a", "b", "", None, False, False, "")


def line(*along: float) -> Route:
    return Route.rounded([Point(at, 0) for at in along], 0)


def test_an_arrow_follows_its_trunks_in_order() -> None:
    arrow = PlacedArrow(ARROW, line(20, 30), via=(1, 0))
    layout = Layout((), (arrow,), (line(10, 20), line(0, 10)))
    assert layout.whole(arrow).corners() == [Point(0, 0), Point(30, 0)]
    alone = replace(arrow, via=())
    assert layout.whole(alone) == alone.route


def test_a_layout_fits_a_page_of_its_size() -> None:
    layout = Layout((), (), around=Surroundings(low=(-10, -50), high=(90, 100)))
    assert layout.around.size == (100, 150)
    assert layout.fits(Page(100, 150))
    assert not layout.fits(Page(99, 150))
    assert not layout.fits(Page(100, 149))
    assert layout.nearly_fits(Page(50, 75))
    assert not layout.nearly_fits(Page(40, 75))


def test_a_page_holds_what_is_as_large_as_itself() -> None:
    page = Page(100, 150)
    assert page.holds(100, 150)
    assert not page.holds(101, 10)
    assert not page.holds(10, 151)
    assert page.nearly.holds(200, 300)


def test_a_box_covers_its_length_and_breadth() -> None:
    box = SceneBox("a", ("a",), "layer", (), 0, 0, "", "", "")
    assert PlacedBox(box, Point(10, 0), 20, 50, (("a",),)).rectangle == Rectangle(0, 20, -25, 25)
