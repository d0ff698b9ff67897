"""Corners: boxes of one height are rounded alike, and no text touches a corner."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from visualize.core.fonts import below_middle
from visualize.core.page import Area
from visualize.export.curves import APART
from visualize.export.picture import Box

_RADIUS = 12.0  # in low boxes a third of their height, as Graphviz rounds them
_CLEAR = 1.5  # between a corner and a text


def corner_radius(area: Area) -> float:
    """The radius of the corners of what covers ``area``, if nothing is near them."""
    return min(_RADIUS, area.width / 3, area.height / 3)


def rounded_alike(boxes: Sequence[Box], font: str) -> tuple[Box, ...]:
    """The boxes with the radii of their corners: of those of one height, the least that one needs.

    Args:
        boxes: of the whole figure; circles stay as they are.
        font: of their texts.
    """
    least: dict[float, float] = {}
    for box in boxes:
        if not box.is_circle:
            height = round(box.area.height, 2)
            least[height] = min(least.get(height, _RADIUS), _fitting(box, font))
    return tuple(
        box
        if box.is_circle
        else replace(box, radius=min(corner_radius(box.area), least[round(box.area.height, 2)]))
        for box in boxes
    )


def _fitting(box: Box, font: str) -> float:
    """The largest radius with which the corners of a box are clear of its lines."""
    clear = _CLEAR + (APART * (box.border.style.strands - 1) if box.border else 0.0)
    radii = (radius_beside(box.area, text, clear) for text in _letters(box, font))
    return min((corner_radius(box.area), *radii))


def _letters(box: Box, font: str) -> Iterator[Area]:
    """What the letters of each line of a box cover."""
    for line in box.lines:
        (x, y), size = line.center, line.size
        baseline = y + below_middle(size, font)
        yield Area.of_letters(x - line.width / 2, baseline, line.width, size)


def radius_beside(area: Area, text: Area, clear: float) -> float:
    """The largest radius of corners of ``area`` that stay ``clear`` of a text in it, in points.

    A corner of the text, ``across`` from the side of the box and ``down`` from its edge, is clear
    of an arc of radius r if (r - across)² + (r - down)² ≤ (r - clear)².

    >>> round(radius_beside(Area(0, 0, 80, 36), Area(4, 2, 76, 9), 1.5), 2)
    6.08
    """
    across = max(0.0, min(text.left - area.left, area.right - text.right))
    down = max(0.0, min(text.top - area.top, area.bottom - text.bottom))
    clear = min(clear, across, down)
    room = across + down - clear
    return room + math.sqrt(max(0.0, room**2 - across**2 - down**2 + clear**2))
