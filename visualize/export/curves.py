"""Lines on the page: cubic Bézier paths, parallel ones, dashes and arrow heads."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from visualize.core.geometry import HALF_HEAD, HEAD_LENGTH
from visualize.core.page import Area, Place
from visualize.core.theme import Dashes

# Points drawn and left out in turn.
DASHES = {Dashes.DASHED: (5, 2), Dashes.DOTTED: (1, 5)}
APART = 2.0  # between the middles of the lines of a double or triple one
_STRAIGHT = 0.01
_Curve = tuple[Place, Place, Place, Place]


def curves(path: Sequence[Place]) -> Iterator[_Curve]:
    """The curves of a path that lead anywhere."""
    for place in range(0, len(path) - 1, 3):
        start, first, second, end = path[place : place + 4]
        if math.dist(start, end) >= _STRAIGHT:
            yield start, first, second, end


def is_straight(curve: _Curve) -> bool:
    """Whether the control points of a curve are on the straight line between its ends."""
    start, *controls, end = curve
    across, down = end[0] - start[0], end[1] - start[1]
    limit = _STRAIGHT * math.hypot(across, down)
    return all(
        abs((point[0] - start[0]) * down - (point[1] - start[1]) * across) < limit
        for point in controls
    )


def rounded(area: Area, radius: float) -> list[Place]:
    """The outline of a rectangle with rounded corners, as Graphviz draws them.

    It is a closed cubic Bézier path of 3n + 1 points, clockwise from behind the upper left corner.
    """
    left, top, right, bottom = area.left, area.top, area.right, area.bottom
    corners = ((right, top), (right, bottom), (left, bottom), (left, top))
    path = [(left + radius, top)]
    for (x, y), (across, down) in zip(corners, ((1, 0), (0, 1), (-1, 0), (0, -1))):
        # The corner is entered in one direction and left a quarter turn to the right.
        entry = x - across * radius, y - down * radius
        leave = x - down * radius, y + across * radius
        path += [path[-1], entry, entry]
        if radius:
            path += [*(((x + end[0]) / 2, (y + end[1]) / 2) for end in (entry, leave)), leave]
    return path


def parallel(path: Sequence[Place], distance: float) -> list[Place]:
    """A path at a constant distance to the right of another one.

    The ends of each curve are moved along their normals; its handles get longer or shorter as the
    curve does, so that a rounded corner stays one.
    """
    moved: list[Place] = []
    for curve in curves(path):
        start, first, second, end = curve
        leaving, arriving = _direction(curve), _direction(curve[::-1])
        one = (start[0] - leaving[1] * distance, start[1] + leaving[0] * distance)
        other = (end[0] + arriving[1] * distance, end[1] - arriving[0] * distance)
        scale = math.dist(one, other) / math.dist(start, end)
        handles = math.dist(start, first) * scale, math.dist(end, second) * scale
        moved += [
            *([] if moved else [one]),
            (one[0] + leaving[0] * handles[0], one[1] + leaving[1] * handles[0]),
            (other[0] + arriving[0] * handles[1], other[1] + arriving[1] * handles[1]),
            other,
        ]
    return moved


def head(shaft: Sequence[Place], tip: Place, width: float) -> tuple[Place, Place, Place] | None:
    """The triangle at the end of an arrow whose lines are ``width`` wide; None for no direction.

    It is moved back by what the point of its outline reaches beyond its corner, so that the ink
    ends at ``tip``. Graphviz draws heads of the same size in the same place.
    """
    base = shaft[-1]
    length = math.dist(base, tip)
    if not length:
        return None
    across, down = (tip[0] - base[0]) / length, (tip[1] - base[1]) / length
    back = width / 2 * math.hypot(HEAD_LENGTH, HALF_HEAD) / HALF_HEAD
    x, y = base[0] - across * back, base[1] - down * back
    return (
        (x - down * HALF_HEAD, y + across * HALF_HEAD),
        (x + across * HEAD_LENGTH, y + down * HEAD_LENGTH),
        (x + down * HALF_HEAD, y - across * HALF_HEAD),
    )


def head_size(width: float) -> tuple[float, float]:
    """Length and width of the ink of a `head`, its outline included.

    >>> [round(size, 2) for size in head_size(0.8)]
    [6.61, 4.63]
    """
    # The angle at a corner of the base, whose outline ends in a point as that at the tip does.
    slope = HEAD_LENGTH / HALF_HEAD
    side = math.hypot(HEAD_LENGTH, HALF_HEAD)
    length = HEAD_LENGTH + width / 2 * (side / HALF_HEAD + 1)
    return length, 2 * length / slope


def _direction(curve: Sequence[Place]) -> Place:
    """The direction in which a curve leaves its first point, as a vector of length 1."""
    start = curve[0]
    point = next(one for one in curve[1:] if math.dist(start, one) >= _STRAIGHT)
    length = math.dist(start, point)
    return (point[0] - start[0]) / length, (point[1] - start[1]) / length
