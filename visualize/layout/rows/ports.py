"""Ports: where lines meet the sides of a unit, apart from each other.

        │ │ │
    ┌───▼─▼─▼───┐
    └───────────┘

One that is straight is in the middle, others on the side of it to which they lead.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from visualize.core.geometry import Point, Rectangle
from visualize.layout.rows.paths import Side
from visualize.layout.units import Unit


@dataclass(slots=True)
class Ports:
    """The ports of all units.

    Attributes:
        apart: between two lines on one side.
        leans: for each side of a unit the lines that meet it, and how far off its middle each
            leads: 0 for one that is straight.
    """

    apart: float
    leans: dict[tuple[Unit, Side], dict[Hashable, float]] = field(default_factory=dict)

    def add(self, unit: Unit, side: Side, line: Hashable, lean: float) -> None:
        """Note that a line meets a side of a unit; one that is straight as well stays so."""
        here = self.leans.setdefault((unit, side), {})
        if here.get(line) != 0.0:
            here[line] = lean

    def offset(self, unit: Unit, side: Side, line: Hashable, room: float) -> float:
        """How far off the middle of a side a line meets it; at most ``room``."""
        leans = self.leans[unit, side]
        order = sorted(leans, key=leans.__getitem__)
        straight = [place for place, one in enumerate(order) if leans[one] == 0.0]
        middle = float(straight[0]) if straight else (len(order) - 1) / 2
        most = max(middle, len(order) - 1 - middle)
        step = min(self.apart, room / most) if most else 0.0
        return (order.index(line) - middle) * step


def meeting(area: Rectangle, side: Side, offset: float, *, is_circle: bool) -> Point:
    """The point of a side of a box or circle that is ``offset`` away from its middle.

    >>> meeting(Rectangle(0, 10, 0, 10), Side.TOP, 3, is_circle=True)
    Point(along=1.0, across=8.0)
    """
    middle = Point((area.start + area.end) / 2, (area.low + area.high) / 2)
    radius = (area.high - area.low) / 2
    inset = radius - (radius**2 - offset**2) ** 0.5 if is_circle else 0.0
    if side is Side.LEFT:
        return Point(middle.along + offset, area.low + inset)
    if side is Side.RIGHT:
        return Point(middle.along + offset, area.high - inset)
    if side is Side.TOP:
        return Point(area.start + inset, middle.across + offset)
    return Point(area.end - inset, middle.across + offset)
