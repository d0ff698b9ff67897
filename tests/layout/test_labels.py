"""Labels that lie on something move along their arrows, or are left out."""

from __future__ import annotations

from dataclasses import replace

from tests.layouts import scene, sizes_of
from visualize.core.geometry import Point, Rectangle
from visualize.core.layout import PlacedBox, PlacedFrame, PlacedText
from visualize.core.route import Route
from visualize.core.scene import SceneArrow, SceneGroup
from visualize.layout.clutter import borders
from visualize.layout.labels import settle_labels
from visualize.layout.links import Label, Leg, Link, Step
from visualize.layout.units import BoxUnit

DRAWN = scene([("a", "b")])
SIZES = sizes_of(DRAWN)
ARROW = SceneArrow("a", "b", "8×8", None, False, False, "")
LINK = Link(ARROW, (Step(0, 0),), BoxUnit("a"), BoxUnit("b"), label=Label("8×8", 0))


def settled(center: Point, boxes: list[Rectangle]) -> PlacedText | None:
    leg = Leg(LINK, Route.straight(Point(0, 0), Point(80, 0)), PlacedText("8×8", center, 7))
    placed = [
        PlacedBox(
            DRAWN.boxes[0],
            Point((area.start + area.end) / 2, (area.low + area.high) / 2),
            area.end - area.start,
            area.high - area.low,
            (("a",),),
        )
        for area in boxes
    ]
    (result,) = settle_labels([leg], [], placed, [], SIZES)
    return result.label


def area(label: PlacedText) -> Rectangle:
    return Rectangle.around(label.center, *SIZES.text(label.text, label.size))


def test_a_label_that_is_clear_stays() -> None:
    assert settled(Point(30, 12), []) == PlacedText("8×8", Point(30, 12), 7)


def test_a_label_on_its_arrow_moves_beside_it() -> None:
    moved = settled(Point(30, 0), [])
    assert moved
    assert area(moved).low > 0 or area(moved).high < 0


def test_a_label_on_a_box_moves_away_from_it() -> None:
    box = Rectangle(-10, 45, -60, 60)
    moved = settled(Point(30, 12), [box])
    assert moved
    assert not area(moved).grown(-0.6).overlaps(box)


def test_a_label_on_the_border_of_a_frame_moves_away_from_it() -> None:
    leg = Leg(LINK, Route.straight(Point(0, 0), Point(80, 0)), PlacedText("8×8", Point(30, 12), 7))
    frame = PlacedFrame(
        SceneGroup("f", "", "", "repeat", "", framed=True), Rectangle(-5, 30, 4, 90)
    )
    (result,) = settle_labels([leg], [], [], [], SIZES, [frame])
    assert result.label
    assert not any(area(result.label).overlaps(border) for border in borders(frame.rectangle))
    (inside,) = settle_labels(
        [leg], [], [], [], SIZES, [replace(frame, rectangle=Rectangle(-50, 90, -90, 90))]
    )
    assert inside.label == leg.label


def test_a_label_without_a_free_place_is_left_out() -> None:
    assert settled(Point(30, 12), [Rectangle(-90, 180, -90, 90)]) is None


def test_a_label_keeps_clear_of_curves() -> None:
    curve = Leg(replace(LINK, label=None), Route.smooth(Point(0, 10), Point(60, 14)))
    text = PlacedText("8×8", Point(30, 12), 7)
    own = Leg(LINK, Route.straight(Point(0, 0), Point(80, 0)), text)
    _, result = settle_labels([curve, own], [], [], [], SIZES)
    assert result.label
    assert result.label != text
    inside = area(result.label).grown(-0.6)
    assert not any(inside.holds(point) for point in curve.route.sample(64))


def test_a_label_on_the_head_of_its_arrow_moves_beside_the_line() -> None:
    breadth = SIZES.text("8×8", 7)[1]
    beside_the_line = breadth / 2 + 0.8
    moved = settled(Point(77, beside_the_line), [])
    assert moved
    assert moved.center != Point(77, beside_the_line)
    assert settled(Point(40, beside_the_line), []) == PlacedText(
        "8×8", Point(40, beside_the_line), 7
    )
