"""An index of areas by their place on the page, so that thousands are checked in seconds."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from visualize.core.geometry import Rectangle
from visualize.core.grid import CELL, Grid
from visualize.core.page import Area, Place

_CELLS = 100  # that an area is in, on average


class AreaIndex:
    """Areas in a grid; the number of an area identifies it."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self.areas = list(areas)
        self._grid: Grid[int] = Grid(_cell_size(self.areas))
        for number, area in enumerate(self.areas):
            self._grid.add(_rectangle(area), number)

    def overlapping(self, area: Area) -> list[int]:
        """The areas that share more than an edge with ``area``, in ascending order."""
        return sorted(number for _, number in self._grid.overlapping(_rectangle(area)))

    def pairs(self) -> Iterator[tuple[int, int]]:
        """The numbers of all pairs of areas that overlap, each pair once."""
        for number, area in enumerate(self.areas):
            for other in self.overlapping(area):
                if other > number:
                    yield number, other

    def holding(self, point: Place) -> list[int]:
        """The areas around ``point``, in ascending order."""
        return self.overlapping(Area(*point, *point))

    def crossed(self, line: Sequence[Place]) -> list[int]:
        """The areas through which a line of straight parts runs, in ascending order."""
        found: set[int] = set()
        for start, end in itertools.pairwise(line):
            near = set(self.overlapping(Area.around((start, end)))) - found
            found.update(number for number in near if self.areas[number].is_crossed(start, end))
        return sorted(found)


def _cell_size(areas: Sequence[Area]) -> float:
    """A size of cells with which each area is in a few of them: large if most areas are."""
    size = CELL
    most = _CELLS * (len(areas) + _CELLS)
    while sum((one.width / size + 1) * (one.height / size + 1) for one in areas) > most:
        size *= 2
    return size


def _rectangle(area: Area) -> Rectangle:
    """``area`` in the coordinates of a flow from the top of the page to its bottom."""
    return Rectangle(area.top, area.bottom, area.left, area.right)
