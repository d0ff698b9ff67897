"""Paths between two coordinates: corners with a radius, and every step relative to the last.

Only the ends of a path are fixed to something. The last corner is where the lines through the
coordinates before and behind it meet, so that a path keeps its right angles if an end moves.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from visualize.core.page import Place
from visualize.export.curves import curves, is_straight
from visualize.export.markup import number
from visualize.export.tikz.places import step

_LEVEL = 0.01  # points by which the ends of a level or upright line may differ
_ROUND = 0.1  # points by which the two sides of a rounded corner may differ


@dataclass(frozen=True, slots=True)
class Corner:
    """A point where a path turns, and the radius of the turn."""

    place: Place
    radius: float = 0.0


def drawn_path(points: Sequence[Place], start: str, end: str) -> str:
    """The source for a cubic Bézier path; ``start`` and ``end`` are the coordinates of its ends."""
    found = corners(points)
    steps = _curved(points, end) if found is None else _straight(found, end)
    return " ".join((start, *steps))


def corners(points: Sequence[Place]) -> list[Corner] | None:
    """A path as straight lines with rounded corners; None if it is not made of these."""
    found = [Corner(points[0])]
    for curve in curves(points):
        if not is_straight(curve):
            turn = _turn(curve)
            if turn is None:
                return None
            found.append(turn)
        found.append(Corner(curve[-1]))
    kept = found[:1]
    for corner, following in itertools.pairwise(found[1:]):
        if corner.radius or not _in_line(kept[-1].place, corner.place, following.place):
            kept.append(corner)
    return [*kept, *found[1:][-1:]]


def _turn(curve: Sequence[Place]) -> Corner | None:
    """The right angle that a curve rounds, None if it does not."""
    start, first, second, end = curve
    if _is_level(start, first) and _is_upright(second, end):
        corner = end[0], start[1]
    elif _is_upright(start, first) and _is_level(second, end):
        corner = start[0], end[1]
    else:
        return None
    radius = math.dist(start, corner)
    is_round = abs(radius - math.dist(corner, end)) < _ROUND
    return Corner(corner, round(radius, 2)) if is_round else None


def _straight(path: Sequence[Corner], end: str) -> Iterator[str]:
    radius = 0.0
    for place, (before, corner) in enumerate(itertools.pairwise(path), 1):
        if corner.radius != radius:
            radius = corner.radius
            yield f"[rounded corners={number(radius)}bp]" if radius else "[sharp corners]"
        if place == len(path) - 1:
            yield f"-- {end}"
        elif place == len(path) - 2 and (sign := _meeting(before, corner, path[-1])):
            yield f"{sign} {end}"
            return
        else:
            yield f"-- {step(before.place, corner.place)}"


def _meeting(before: Corner, corner: Corner, after: Corner) -> str:
    """The sign of a level and an upright line that meet in a corner; empty for other lines."""
    if _is_level(before.place, corner.place) and _is_upright(corner.place, after.place):
        return "-|"
    if _is_upright(before.place, corner.place) and _is_level(corner.place, after.place):
        return "|-"
    return ""


def _curved(points: Sequence[Place], end: str) -> Iterator[str]:
    parts = list(curves(points))
    for place, curve in enumerate(parts, 1):
        start, first, second, last = curve
        to = end if place == len(parts) else step(start, last)
        if is_straight(curve):
            yield f"-- {to}"
        else:
            controls = step(start, first, "+"), step(last, second, "+")
            yield f".. controls {controls[0]} and {controls[1]} .. {to}"


def _is_level(start: Place, end: Place) -> bool:
    return abs(start[1] - end[1]) < _LEVEL < abs(start[0] - end[0])


def _is_upright(start: Place, end: Place) -> bool:
    return abs(start[0] - end[0]) < _LEVEL < abs(start[1] - end[1])


def _in_line(start: Place, middle: Place, end: Place) -> bool:
    around = math.dist(start, middle) + math.dist(middle, end)
    return around - math.dist(start, end) < _LEVEL
