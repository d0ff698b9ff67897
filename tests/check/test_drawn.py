"""What a finished figure shows, as plain data."""

from __future__ import annotations

import pytest

from visualize.check.drawn import Drawn, DrawnArrow, DrawnBox, DrawnText
from visualize.check.rules import check_drawn
from visualize.core.page import Area, Place


def arrow(*points: Place, headed: bool = True) -> DrawnArrow:
    return DrawnArrow("a to b", points, "#000000", "1 pt solid", headed)


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (((10, 0), (10, 20)), Area(8.25, 20, 11.75, 25)),
        (((0, 10), (20, 10)), Area(20, 8.25, 25, 11.75)),
        (((0, 0), (10, 20), (10, 5)), Area(8.25, 0, 11.75, 5)),
    ],
)
def test_a_head_begins_where_the_line_ends(points: tuple[Place, ...], expected: Area) -> None:
    found = arrow(*points).head
    assert found
    assert (found.left, found.top, found.right, found.bottom) == pytest.approx(
        (expected.left, expected.top, expected.right, expected.bottom)
    )


@pytest.mark.parametrize(
    "line", [arrow((0, 0), (10, 0), headed=False), arrow(), arrow((3, 3)), arrow((3, 3), (3, 3))]
)
def test_lines_without_direction_or_head_have_none(line: DrawnArrow) -> None:
    assert line.head is None


@pytest.mark.parametrize(("left", "problems"), [(11.0, 0), (8.5, 1), (-60.0, 0)])
def test_a_text_beside_the_line_may_lie_on_its_head(left: float, problems: int) -> None:
    text = DrawnText("64×32×32", Area(left, 18, left + 30, 26), 7, "#000000")
    drawn = Drawn(Area(-100, -100, 200, 200), "#ffffff", [text], [], [arrow((7.5, 0), (7.5, 20))])
    found = [one for one in check_drawn(drawn) if one.rule == "arrow over text"]
    assert len(found) == problems


@pytest.mark.parametrize(
    ("height", "radius", "expected"),
    [(5.0, 6.5, False), (0.0, 6.5, True), (2.0, 6.5, True), (5.0, 2.0, True), (5.0, 0.0, True)],
)
def test_a_line_at_the_corner_of_a_circle_is_not_in_it(
    height: float, radius: float, expected: bool
) -> None:
    shape = DrawnBox("add", Area(0, 0, 13, 13), "#fff", "#000", radius=radius)
    leaves = [(11.0, 6.5 - height), (60.0, 6.5 - height)]
    assert shape.is_entered(leaves, 1.2) is expected
