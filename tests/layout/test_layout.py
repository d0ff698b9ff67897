"""Layouts of whole figures: nothing overlaps, and arrows keep clear of boxes."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from dataclasses import replace

import pytest

import visualize
from tests.layouts import THEME, hits, overlaps, scene
from tests.nets import NETS
from tests.pyramids import triangle, zigzag
from visualize.core.choices import Direction
from visualize.core.geometry import Point
from visualize.core.layout import Page
from visualize.core.route import Route
from visualize.core.scene import SceneDetail
from visualize.layout import Arranger, arrange, lay_out
from visualize.layout.densities import NARROW, ROOMY, TIGHT


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("level", ["op", "layer", "block"])
@pytest.mark.parametrize("name", NETS)
def test_nets_are_drawn_clear(name: str, level: str, direction: Direction) -> None:
    make, inputs = NETS[name]
    figure = visualize.draw(make(), inputs, level=level)
    layout = lay_out(figure.scene, THEME, direction)
    assert overlaps(layout) == []
    assert hits(layout) == []


@pytest.mark.parametrize("name", NETS)
def test_every_arrow_is_placed_whole(name: str) -> None:
    make, inputs = NETS[name]
    figure = visualize.draw(make(), inputs)
    layout = lay_out(figure.scene, THEME, Direction.TB)
    assert [placed.arrow for placed in layout.arrows] == list(figure.scene.arrows)
    boxes = {placed.box.id: placed.rectangle.grown(1.1) for placed in layout.boxes}
    for placed in layout.arrows:
        whole = layout.whole(placed)
        assert boxes[placed.arrow.source].holds(whole.start)
        assert boxes[placed.arrow.target].holds(whole.end)
    assert {trunk for placed in layout.arrows for trunk in placed.via} == set(
        range(len(layout.trunks))
    )


def test_a_figure_that_misses_the_page_is_denser() -> None:
    drawn = scene(list(itertools.pairwise("abcdefgh")))
    roomy = lay_out(drawn, THEME, Direction.TB)
    width, height = roomy.around.size
    dense = lay_out(drawn, THEME, Direction.TB, Page(width + 1, height - 10))
    assert dense.around.size[1] <= height - 10
    # What misses it by far stays as it is.
    assert lay_out(drawn, THEME, Direction.TB, Page(10, 10)).around.size == roomy.around.size


def test_a_layout_is_clear_if_no_arrow_meets_another_box() -> None:
    layout = lay_out(scene(list(itertools.pairwise("abc"))), THEME, Direction.TB)
    assert layout.is_clear
    first, *others, last = layout.boxes
    *_, point, _ = layout.arrows[0].route.sample()
    through = replace(last, center=point, length=4, breadth=4)
    assert not replace(layout, boxes=(first, *others, through)).is_clear
    beside = Point(point.along, point.across + 11)
    along = replace(last, center=beside, length=9, breadth=20)
    assert not replace(layout, boxes=(first, *others, along)).is_clear
    # A small box on a long way.
    far = layout.arrows[0]
    start, end = far.route.start, far.route.end.moved(5000, 0)
    long = replace(layout, arrows=(replace(far, route=Route.straight(start, end)),))
    small = replace(last, center=start.moved(5100 / 32, 0), length=9, breadth=9)
    assert replace(long, boxes=(first,)).is_clear
    assert not replace(long, boxes=(first, small)).is_clear


def test_a_figure_of_stages_is_the_densest() -> None:
    drawn = scene(list(itertools.pairwise("abcd")))
    narrow, tight = (
        Arranger(THEME, Direction.TB, Page()).arrange(drawn, spacing).layout.around.size
        for spacing in (NARROW, TIGHT)
    )
    page = Page(2 * narrow[0], (narrow[1] + tight[1]) / 2)
    assert arrange(replace(drawn, level="block"), THEME, Direction.TB, page).fitting is None
    fitting = arrange(replace(drawn, level="stage"), THEME, Direction.TB, page).fitting
    assert fitting is not None
    assert fitting.around.size == tight


def test_an_overview_in_half_has_more_columns() -> None:
    drawn = scene(list(itertools.pairwise("abcdefgh")))
    arranger = Arranger(THEME, Direction.TB, Page(1000, 300))
    whole, half = (arranger.arrange(drawn, in_half=one).layout for one in (False, True))
    columns = [len({box.center.across for box in one.boxes}) for one in (whole, half)]
    assert columns[0] < columns[1]
    assert max(box.rectangle.end for box in half.boxes) < 150


def test_a_figure_whose_boxes_are_too_large_is_not_routed() -> None:
    drawn = scene(list(itertools.pairwise("abcdefgh")))
    arranged = arrange(drawn, THEME, Direction.TB, Page(10, 10))
    assert arranged.fitting is None
    assert "layout" not in vars(arranged)
    assert arranged.best is arranged.layout


@pytest.mark.parametrize("name", NETS)
def test_a_layout_fits_if_one_is_fitting(name: str) -> None:
    make, inputs = NETS[name]
    drawn = visualize.draw(make(), inputs, level="layer").scene
    whole = lay_out(drawn, THEME, Direction.TB).around.size
    for part in (0.3, 0.6, 0.9, 1.0):
        page = Page(whole[0] * part, whole[1] * part)
        fitting = arrange(drawn, THEME, Direction.TB, page).fitting
        assert (fitting is not None) is lay_out(drawn, THEME, Direction.TB, page).fits(page)


def test_time_grows_with_the_number_of_boxes() -> None:
    """Counted in calls, so that a busy machine does not matter."""
    small, large = calls(150), calls(600)
    assert large <= 5 * small


def calls(length: int) -> int:
    """How many functions are called to lay out a chain with skips, in a process of its own."""
    code = (
        "import cProfile, itertools, json, pstats\n"
        "from tests.layouts import THEME, scene\n"
        "from visualize.core.choices import Direction\n"
        "from visualize.layout import lay_out\n"
        f"names = [str(number) for number in range({length})]\n"
        "arcs = [(names[at], names[at + 4]) for at in range(0, len(names) - 5, 5)]\n"
        "drawn = scene(list(itertools.pairwise(names)), arcs)\n"
        "profile = cProfile.Profile()\n"
        "profile.runcall(lay_out, drawn, THEME, Direction.TB)\n"
        "print(json.dumps(pstats.Stats(profile).total_calls))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    return int(json.loads(done.stdout))


def test_several_resolutions_are_in_rows_where_the_page_is_broad_enough() -> None:
    def rows(page: Page) -> list[float]:
        layout = lay_out(zigzag(), THEME, Direction.TB, page)
        at = {box.box.id: box.center.along for box in layout.boxes}
        return [at["a"] - at["e"], at["b"] - at["d"], at["d"] - at["f"]]

    assert rows(Page()) == [0, 0, 0]
    assert rows(Page(width=120.0)) != [0, 0, 0]


def test_rows_are_the_same_again() -> None:
    arranger = Arranger(THEME, Direction.TB, Page())
    drawn = triangle()
    first = arranger.rows(drawn, NARROW)
    assert first
    assert arranger.rows(drawn, NARROW) is first
    assert Arranger(THEME, Direction.LR, Page()).rows(drawn, NARROW) is None


def test_what_shows_more_is_no_less_dense() -> None:
    drawn = scene(list(itertools.pairwise("abcdefgh")))
    width, height = lay_out(drawn, THEME, Direction.TB).around.size
    arranger = Arranger(THEME, Direction.TB, Page(width, height - 10))
    less = arranger.arrange(drawn).found
    assert less is not None
    assert less.spacing is not ROOMY
    detail = SceneDetail("A", "a", ("a",), "", scene([("x", "y")]))
    larger = Arranger(THEME, Direction.TB, Page(9 * width, 9 * height))
    drawn = replace(drawn, details=(detail,))
    free, bound = (larger.arrange(drawn, less=one).found for one in (None, less))
    assert free is not None
    assert free.spacing is ROOMY
    assert bound is not None
    assert bound.spacing is less.spacing
