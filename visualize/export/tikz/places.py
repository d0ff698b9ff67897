"""Places that are given relative to nodes: what is said to be below a box moves along with it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from visualize.core.page import Area, Place
from visualize.export.markup import number
from visualize.export.picture import Box

_SLANTED = 0.02  # points by which a place is off the axes of a circle, or it is at an anchor
_ON = 0.06  # points within which a place is on the outline of a circle
_LEAST = 0.005  # less is written as 0


@dataclass(frozen=True, slots=True)
class Node:
    """A named rectangle, circle or, without an extent, a coordinate."""

    name: str
    area: Area
    is_circle: bool = False

    @property
    def is_point(self) -> bool:
        """Whether it is a coordinate."""
        return self.area.width == 0

    def anchors(self) -> Iterator[tuple[str, Place]]:
        """Its anchors, with where they are."""
        area, (x, y) = self.area, self.area.center
        if self.is_point:
            yield "", (x, y)
            return
        yield from ((".south", (x, area.bottom)), (".north", (x, area.top)))
        yield from ((".east", (area.right, y)), (".west", (area.left, y)))
        if not self.is_circle:
            for name, across in (("east", area.right), ("west", area.left)):
                yield f".north {name}", (across, area.top)
                yield f".south {name}", (across, area.bottom)

    def relative(self, place: Place) -> tuple[int, float, str]:
        """A coordinate for ``place``: how many numbers it has, how far off it is, its source."""
        if self.is_circle:
            x, y = self.area.center
            across, up = place[0] - x, y - place[1]
            slanted = min(abs(across), abs(up)) > _SLANTED
            if slanted and abs(math.hypot(across, up) - self.area.width / 2) < _ON:
                angle = number(math.degrees(math.atan2(up, across)), 1)
                return 0, 0.0, f"({self.name}.{angle})"
        found = []
        for anchor, (x, y) in self.anchors():
            right, up = place[0] - x, y - place[1]
            count = (abs(right) > _LEAST) + (abs(up) > _LEAST)
            found.append((count, math.hypot(right, up), anchor, right, up))
        count, distance, anchor, right, up = min(found, key=lambda one: one[:2])
        return count, distance, f"({_shift(right, up)}{self.name}{anchor})"


class Places:
    """The named nodes of a picture, and coordinates relative to them."""

    def __init__(self) -> None:
        self.nodes: dict[str, Node] = {}
        self._rows: dict[float, list[Node]] = {}
        self._columns: dict[float, list[Node]] = {}

    def add(self, node: Node) -> None:
        """Know a node from now on."""
        self.nodes[node.name] = node
        if not node.is_point:
            self._columns.setdefault(_rounded(node.area.center[0]), []).append(node)
            self._rows.setdefault(_rounded(node.area.center[1]), []).append(node)

    def beside(self, area: Area, distance: float) -> str:
        """Where a new node is: below or beside the nearest one in its row or column.

        ``distance`` is what nodes need not say. Empty if it is in no row or column.
        """
        found = list(self.gaps(area))
        if not found:
            return ""
        gap, side, name = min(found)
        is_usual = abs(gap - distance) < _LEAST
        return f"{side}=of {name}" if is_usual else f"{side}={number(gap)}bp of {name}"

    def gaps(self, area: Area) -> Iterator[tuple[float, str, str]]:
        """The distances to the nodes in the column and row of an area, and on which side."""
        (x, y), nothing = area.center, ()
        for node in self._columns.get(_rounded(x), nothing):
            other = node.area
            yield from _apart(area.top - other.bottom, "below", node)
            yield from _apart(other.top - area.bottom, "above", node)
        for node in self._rows.get(_rounded(y), nothing):
            other = node.area
            yield from _apart(area.left - other.right, "right", node)
            yield from _apart(other.left - area.right, "left", node)

    def near(self, place: Place, names: Iterable[str] = ()) -> str:
        """A coordinate relative to one of the nodes with these names, or to the nearest of all."""
        found = [self.nodes[name].relative(place) for name in names]
        if found:
            return min(found)[2]
        found = [node.relative(place) for node in self.nodes.values()]
        return min(found, key=lambda one: one[1])[2] if found else absolute(place)


def usual_distance(boxes: Iterable[Box]) -> float:
    """The most common distance between boxes that are next to each other in a row or column."""
    places, gaps = Places(), Counter[float]()
    for box in boxes:
        found = list(places.gaps(box.area))
        if found:
            gaps[round(min(found)[0], 2)] += 1
        places.add(Node(box.id, box.area, box.is_circle))
    return min(gaps, key=lambda gap: (-gaps[gap], gap), default=8.0)


def absolute(place: Place) -> str:
    """A coordinate on the page, whose upper left corner is the origin; y grows upwards."""
    return f"({number(place[0])},{number(-place[1])})"


def step(start: Place, end: Place, sign: str = "++") -> str:
    """A coordinate relative to the one before."""
    return f"{sign}({number(end[0] - start[0])},{number(start[1] - end[1])})"


def _shift(right: float, up: float) -> str:
    if abs(right) > _LEAST and abs(up) > _LEAST:
        return f"[shift={{({number(right)},{number(up)})}}]"
    if abs(right) > _LEAST:
        return f"[xshift={number(right)}bp]"
    return f"[yshift={number(up)}bp]" if abs(up) > _LEAST else ""


def _apart(gap: float, side: str, node: Node) -> Iterator[tuple[float, str, str]]:
    if gap >= 0:
        yield gap, side, node.name


def _rounded(value: float) -> float:
    """The row or column of a place, whose limits are not at round numbers."""
    return round(value + 0.0137, 1)
