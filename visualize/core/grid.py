"""A grid that finds areas by their position, without a search through all of them.

    ┌────┬────┬────┐
    │  ▒▒│▒▒  │    │
    ├────┼────┼────┤
    │  ▒▒│▒▒  │  ▒ │
    └────┴────┴────┘

An area is listed in each cell that it touches; a search visits only the cells of its own area.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from typing import Generic, TypeVar

from visualize.core.geometry import Point, Rectangle

CELL = 72.0  # points
Item = TypeVar("Item")
_Cell = tuple[int, int]


class Grid(Generic[Item]):
    """Items, each with the area that it covers.

    Args:
        size: of a cell, in points.
    """

    def __init__(self, size: float = CELL) -> None:
        self._size = size
        self._cells: dict[_Cell, list[tuple[Rectangle, Item]]] = defaultdict(list)

    def add(self, area: Rectangle, item: Item) -> None:
        """Add ``item``, which covers ``area``."""
        entry = (area, item)
        for cell in self._cells_of(area):
            self._cells[cell].append(entry)

    def remove(self, area: Rectangle, item: Item) -> None:
        """Remove ``item``, which was added with ``area``."""
        for cell in self._cells_of(area):
            self._cells[cell].remove((area, item))

    def overlapping(self, area: Rectangle) -> Iterator[tuple[Rectangle, Item]]:
        """The items that share more than an edge with ``area``, each once, with their areas."""
        first, last = self._cell(area.start, area.low), self._cell(area.end, area.high)
        for cell in self._cells_of(area):
            for other, item in self._cells.get(cell, ()):
                if not other.overlaps(area):
                    continue
                # An item in several of these cells is returned for the first of them.
                begin = first if first == last else self._cell(other.start, other.low)
                if cell == (max(first[0], begin[0]), max(first[1], begin[1])):
                    yield other, item

    def at(self, point: Point) -> Iterator[Item]:
        """The items whose areas hold ``point``."""
        for area, item in self._cells.get(self._cell(point.along, point.across), ()):
            if area.holds(point):
                yield item

    def _cell(self, along: float, across: float) -> _Cell:
        return int(along // self._size), int(across // self._size)

    def _cells_of(self, area: Rectangle) -> Iterator[_Cell]:
        first, last = self._cell(area.start, area.low), self._cell(area.end, area.high)
        if first == last:
            return iter((first,))
        return itertools.product(range(first[0], last[0] + 1), range(first[1], last[1] + 1))
