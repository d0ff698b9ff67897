"""Areas, found again by where they lie: thousands of boxes and arrows are checked in seconds."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from visualize.check.drawn import Area, Point

_CELL = 40.0  # points

Cell = tuple[int, int]


class AreaIndex:
    """Areas by the cells of a grid that they cover; they are told by their number."""

    def __init__(self, areas: Iterable[Area]) -> None:
        self.areas = list(areas)
        self._cells: dict[Cell, list[int]] = defaultdict(list)
        for number, area in enumerate(self.areas):
            for cell in _cells(area.left, area.top, area.right, area.bottom):
                self._cells[cell].append(number)

    def overlapping(self, area: Area) -> list[int]:
        """The areas that share more than an edge with ``area``, in order."""
        near = self._near(area.left, area.top, area.right, area.bottom)
        return sorted(number for number in near if self.areas[number].overlaps(area))

    def pairs(self) -> Iterator[tuple[int, int]]:
        """All pairs of areas that overlap, each once."""
        for number, area in enumerate(self.areas):
            for other in self.overlapping(area):
                if other > number:
                    yield number, other

    def holding(self, point: Point) -> list[int]:
        """The areas around ``point``, in order."""
        near = self._near(*point, *point)
        return sorted(number for number in near if self.areas[number].holds(point))

    def crossed(self, line: Sequence[Point]) -> list[int]:
        """The areas through which a line of straight parts runs, in order."""
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
