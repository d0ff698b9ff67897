"""Links become whole arrows again, with the trunks that they share."""

from __future__ import annotations

from visualize.core.geometry import Point
from visualize.core.layout import PlacedText
from visualize.core.route import Route
from visualize.core.scene import SceneArrow
from visualize.layout.links import Label, Leg, Link, Step, join_legs
from visualize.layout.units import BoxUnit, EntryPort, FrameUnit


def test_arrows_are_joined_from_their_legs_in_any_order() -> None:
    arrows = [SceneArrow("a", to, "8", None, False, False, "") for to in "bc"]
    lines = [Route.straight(Point(at, 0), Point(at + 1, 0)) for at in range(4)]
    text = PlacedText("8", Point(0, 0), 7)
    inner = [
        Leg(Link(arrow, (Step(number, 1),), EntryPort("f"), BoxUnit(arrow.target)), lines[number])
        for number, arrow in enumerate(arrows)
    ]
    shared = Link(
        arrows[0], (Step(0, 0), Step(1, 0)), BoxUnit("a"), FrameUnit("f"),
        label=Label("8", 1), head=False,
    )  # fmt: skip
    placed, trunks = join_legs(arrows, [*inner, Leg(shared, lines[2], text, turn=0)], [lines[3]])
    assert trunks == (lines[3], lines[2])
    assert [one.arrow for one in placed] == arrows
    assert [one.route for one in placed] == lines[:2]
    assert [one.via for one in placed] == [(0, 1), (0, 1)]
    assert [one.label for one in placed] == [None, text]
