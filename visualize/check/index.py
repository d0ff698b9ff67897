"""An index of areas by their place on the page, so that thousands are checked in seconds."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from visualize.core.page import Area, Place

_CELL = 40.0  # points

Cell = tuple[int, int]


class AreaIndex:
    """Areas by the cells of a grid that they cover; the number of an area identifies it."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self.areas = list(areas)
        self._cells: dict[Cell, list[int]] = defaultdict(list)
        for number, area in enumerate(self.areas):
            for cell in _cells(area.left, area.top, area.right, area.bottom):
                self._cells[cell].append(number)

    def overlapping(self, area: Area) -> list[int]:
        """The areas that share more than an edge with ``area``, in ascending order."""
        near = self._near(area.left, area.top, area.right, area.bottom)
        return sorted(number for number in near if self.areas[number].overlaps(area))

    def pairs(self) -> Iterator[tuple[int, int]]:
        """The numbers of all pairs of areas that overlap, each pair once."""
        for number, area in enumerate(self.areas):
            for other in self.overlapping(area):
                if other > number:
                    yield number, other

    def holding(self, point: Place) -> list[int]:
        """The areas around ``point``, in ascending order."""
        near = self._near(*point, *point)
        return sorted(number for number in near if self.areas[number].holds(point))

    def crossed(self, line: Sequence[Place]) -> list[int]:
        """The areas through which a line of straight parts runs, in ascending order."""
        found: set[int] = set()
        for start, end in itertools.pairwise(line):
            left, right = sorted((start[0], end[0]))
            top, bottom = sorted((start[1], end[1]))
            near = self._near(left, top, right, bottom) - found
            found.update(number for number in near if self.areas[number].is_crossed(start, end))
        return sorted(found)

    def _near(self, left: float, top: float, right: float, bottom: float) -> set[int]:
        cells = (self._cells.get(cell, ()) for cell in _cells(left, top, right, bottom))
        return set(itertools.chain.from_iterable(cells))


def _cells(left: float, top: float, right: float, bottom: float) -> Iterator[Cell]:
    columns = range(int(left // _CELL), int(right // _CELL) + 1)
    return itertools.product(columns, range(int(top // _CELL), int(bottom // _CELL) + 1))
