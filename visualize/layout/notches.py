"""Notches: the empty lower right corners of a figure, in which panels have room.

┌───────────┐
│ overview  │
│      ┌────┘ notch
│      │
└──────┘
"""

from __future__ import annotations

from collections.abc import Sequence

from visualize.layout.corners import Corners


def notches(areas: Sequence[Corners]) -> list[tuple[float, float]]:
    """The places to the right of which and below which no area is, from the upper left corner.

    >>> notches([Corners(0, 0, 20, 90), Corners(30, 60, 80, 90)])
    [(20, 30)]
    """
    left, top = min(area.left for area in areas), max(area.top for area in areas)
    found: list[tuple[float, float]] = []
    right = 0.0
    for area in sorted(areas, key=lambda one: one.bottom):
        if right < area.right - left:
            if right:
                found.append((right, top - area.bottom))
            right = area.right - left
    return found
