"""Where nodes and paths are."""

from __future__ import annotations

import pytest

from visualize.check.tikz.places import Plane, Tracer, length
from visualize.core.page import Area

PLANE = Plane({"a": Area(0, 0, 40, 20), "b": Area(100, 50, 140, 70), "c": Area(0, 90, 10, 100)})


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("3,-4", (3, 4)),
        ("a", (20, 10)),
        ("a.south", (20, 20)),
        ("a.north east", (40, 0)),
        ("[xshift=2bp]a.west", (2, 10)),
        ("[shift={(2,-3)}]a.west", (2, 13)),
        ("[yshift=1bp]a.east |- b.south", (40, 69)),
        ("c.-90", (5, 100)),
    ],
)
def test_coordinates(text: str, place: tuple[float, float]) -> None:
    assert PLANE.coordinate(text) == pytest.approx(place)


def test_a_name_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match="no node 'd'"):
        PLANE.coordinate("d.south")
    with pytest.raises(ValueError, match="no length"):
        length("two")


def test_a_node_beside_another() -> None:
    size = (10.0, 6.0)
    assert PLANE.beside({"below": "of a"}, size, 8) == (20, 31)
    assert PLANE.beside({"right": "4bp of a"}, size, 8) == (49, 10)
    assert PLANE.beside({"draw": ""}, size, 8) is None


def test_the_steps_of_a_path() -> None:
    trace = Tracer(PLANE, "(a.south) -- ++(0,-10) -| (b.south) coordinate (end)").trace()
    corners = [segment[0] for segment in trace.segments] + [trace.segments[-1][-1]]
    assert corners == [(20, 20), (20, 30), (120, 30), (120, 70)]
    assert trace.named == {"end": (120, 70)}
    assert trace.names == ["a.south", "0,-10", "b.south"]


def test_corners_are_rounded() -> None:
    trace = Tracer(PLANE, "(a.south) [rounded corners=5bp] |- (b.west)").trace()
    assert [segment[-1] for segment in trace.segments] == [(20, 55), (25, 60), (100, 60)]


def test_a_curve_and_a_rectangle() -> None:
    curve = Tracer(PLANE, "(a.south) .. controls +(0,-9) and +(0,9) .. (b.north)").trace()
    assert curve.segments == [((20, 20), (20, 29), (120, 41), (120, 50))]
    frame = Tracer(PLANE, "(a.north west) coordinate (f) rectangle (b.south east)").trace()
    assert frame.rectangle == Area(0, 0, 140, 70)
    assert frame.named == {"f": (0, 0)}


def test_a_name_before_the_end_of_a_line_is_in_its_middle() -> None:
    trace = Tracer(PLANE, "(a.south west) -- coordinate (m) (c.north west)").trace()
    assert trace.named == {"m": (0, 55)}
