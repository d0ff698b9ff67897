"""Views: the figure, and what is inside its boxes."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

import visualize
from tests.page.pages import SHAPE, Net, documents
from visualize.core.choices import Level
from visualize.page.views import View


def inside(direction: str) -> View:
    made = documents(visualize.draw(Net(), SHAPE, level="block", direction=direction))
    block = next(box for box in made.root.diagram.boxes if box.type == "Block")
    opened = made.opener.opened(block.shown)
    assert opened
    return made.maker.inside(opened)


@pytest.mark.parametrize(("direction", "axis"), [("TB", 1), ("LR", 0), ("BT", 1)])
def test_what_enters_and_leaves_does_so_at_points(direction: str, axis: int) -> None:
    view = inside(direction)
    points = {box.box.role: box.area for box in view.picture.boxes if not box.box.label}
    assert set(points) == {"input", "output"}
    assert all(area.width < 3 and area.height < 3 for area in points.values())
    start, end = points["input"].center[axis], points["output"].center[axis]
    assert (start < end) == (direction != "BT")
    assert max(start, end) < (view.picture.width, view.picture.height)[axis]


def test_a_view_is_no_larger_than_what_is_in_it() -> None:
    picture = inside("TB").picture
    assert min(box.area.left for box in picture.boxes) >= 0
    assert max(box.area.right for box in picture.boxes) <= picture.width
    assert picture.height == pytest.approx(max(box.area.bottom for box in picture.boxes), abs=1)
    assert not picture.legend


def test_operations_have_positions() -> None:
    view = inside("TB")
    places: Mapping[str, int] = view.places
    assert [view.operations[place] for place in places.values()] == list(places)


def test_strokes_are_those_of_the_theme() -> None:
    figure = visualize.draw(Net(), SHAPE, level=Level.LAYER)
    maker = documents(figure).maker
    assert maker.stroke("identity").style is figure.theme.skips["identity"].style
