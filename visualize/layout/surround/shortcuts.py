"""Shortcuts: short arcs beside closed boxes, for the residual connections that lead past them.

    ┌────────────┐
    │ Bottleneck ├─╮
    │            ◀─╯
    └────────────┘

An arc is on the side where no line runs. Where lines run on both, only the words in the box mention
it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence

from visualize.core.geometry import Point, Rectangle
from visualize.core.layout import Bracket, PlacedBox, PlacedShortcut
from visualize.core.route import Route
from visualize.layout.clutter import Clutter, Thing, things
from visualize.layout.drawing import Drawing
from visualize.layout.links import Leg
from visualize.layout.sizes import Sizes
from visualize.layout.units import BoxUnit

_NEAR = 1.0  # points within which an arrow meets the border of a box


def place_shortcuts(
    drawing: Drawing, brackets: Sequence[Bracket], sizes: Sizes
) -> tuple[PlacedShortcut, ...]:
    """The arcs beside the closed boxes of ``drawing``."""
    closed = [placed for placed in drawing.boxes if placed.box.shortcut]
    if not closed:
        return ()
    clutter = Clutter(sizes.spacing.label)
    clutter.add(Thing(placed.rectangle) for placed in drawing.boxes)
    clutter.add(thing for leg in drawing.legs for thing in things(leg, sizes))
    clutter.add(Thing(_line(bracket)) for bracket in brackets)
    backwards = set(_backwards(drawing.legs, drawing.boxes))
    return tuple(
        PlacedShortcut(placed.box.id, placed.box.shortcut, _route(placed, side, sizes, backwards))
        for placed in closed
        if (side := _free_side(placed, clutter, sizes))
    )


def _free_side(placed: PlacedBox, clutter: Clutter, sizes: Sizes) -> int:
    """The side of a box, 1 or -1, on which nothing is; 0 if something is on both."""
    room, area = sizes.spacing.box.shortcut, placed.rectangle
    for side, border in ((1, area.high), (-1, area.low)):
        low, high = sorted((border + side * _NEAR, border + side * room))
        if clutter.is_free(Rectangle(area.start + _NEAR, area.end - _NEAR, low, high)):
            return side
    return 0


def _route(placed: PlacedBox, side: int, sizes: Sizes, backwards: Collection[str]) -> Route:
    spacing, area = sizes.spacing.box, placed.rectangle
    border = area.high if side > 0 else area.low
    lane = border + side * spacing.shortcut
    ends = area.start + spacing.corner, area.end - spacing.corner
    first, last = reversed(ends) if placed.box.id in backwards else ends
    corners = [Point(first, border), Point(first, lane), Point(last, lane), Point(last, border)]
    return Route.rounded(corners, spacing.bend)


def _backwards(legs: Sequence[Leg], boxes: Sequence[PlacedBox]) -> Iterator[str]:
    """The boxes that data enters where they end, as in the second half of a U."""
    ends = {placed.box.id: placed.rectangle for placed in boxes}
    for leg in legs:
        if leg.link.head and isinstance(leg.link.target, BoxUnit) and not leg.link.arrow.arc:
            area = ends[leg.link.target.box]
            if math.isclose(leg.route.end.along, area.end, abs_tol=_NEAR):
                yield leg.link.target.box


def _line(bracket: Bracket) -> Rectangle:
    (start, low), (end, high) = bracket.line
    return Rectangle(min(start, end), max(start, end), min(low, high), max(low, high))
