"""Which units are in which row and column.

Rows are resolutions, the largest on top. A column goes down or up through them: what reads a
coarser or finer result continues the column that it comes from, and what joins results of one row
is in a later one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from visualize.layout.levels import Level
from visualize.layout.sizes import LevelSizes
from visualize.layout.units import BoxUnit, Unit

# Fewer rows that are alive at once, or fewer columns, need no rows: that is a chain or a U.
_LEAST = 3

Resolution = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """A unit, and the merge right before it whose result nothing else reads."""

    unit: Unit
    merge: Unit | None = None

    @property
    def units(self) -> tuple[Unit, ...]:
        """Both, in the order of the flow."""
        return (self.unit,) if self.merge is None else (self.merge, self.unit)


@dataclass(frozen=True, slots=True)
class Home:
    """Where a unit is: its column and its row, both counted from 0."""

    column: int
    row: int


@dataclass
class Rows:
    """Units in rows and columns.

    Attributes:
        homes: where each unit is.
        cells: what is in each place, in the order of the flow.
        upward: whether a column goes up, where one of its links shows it.
    """

    homes: dict[Unit, Home] = field(default_factory=dict)
    cells: dict[Home, list[Slot]] = field(default_factory=dict)
    upward: dict[int, bool] = field(default_factory=dict)

    @property
    def columns(self) -> int:
        """The number of columns."""
        return 1 + max(home.column for home in self.homes.values())

    @property
    def rows(self) -> int:
        """The number of rows."""
        return 1 + max(home.row for home in self.homes.values())

    def is_upward(self, column: int) -> bool:
        """Whether a column goes from coarse to fine."""
        return self.upward.get(column, False)

    def column(self, number: int) -> list[Slot]:
        """The slots of a column from the top to the bottom."""
        slots: list[Slot] = []
        for row in range(self.rows):
            cell = self.cells.get(Home(number, row), [])
            slots += cell[::-1] if self.is_upward(number) else cell
        return slots


def find_rows(sizes: LevelSizes) -> Rows | None:
    """The rows and columns of a level; None where a chain, or a U, shows all there is."""
    level = sizes.level
    resolutions = {unit: _resolution(sizes, unit) for unit in level.units}
    if not _is_pyramid(level, resolutions):
        return None
    order = sorted({one for one in resolutions.values() if one}, key=_positions, reverse=True)
    place = {resolution: number for number, resolution in enumerate(order)}
    sources: dict[Unit, list[Unit]] = {}
    for link in level.links:
        sources.setdefault(link.target, []).append(link.source)
    row: dict[Unit, int] = {}
    for unit in level.units:
        # What has no resolution, such as a classifier, is below all rows, step by step.
        before = [row[source] for source in sources.get(unit, ())]
        row[unit] = place.get(resolutions[unit], max([len(place) - 1, *before]) + 1)
    rows = _Finder(sizes, row).rows()
    if rows is None:
        return None
    columns = {home.column for home in rows.homes.values() if home.row < len(place)}
    return rows if len(columns) >= _LEAST else None


def _resolution(sizes: LevelSizes, unit: Unit) -> Resolution:
    """The resolution of a unit; what is pooled to one position, as for a gate, has none."""
    box = sizes.box(unit)
    return box.resolution if box and _positions(box.resolution)[0] > 1 else ()


def _positions(resolution: Resolution) -> tuple[int, Resolution]:
    product = 1
    for length in resolution:
        product *= length
    return product, resolution


def _is_pyramid(level: Level, resolutions: Mapping[Unit, Resolution]) -> bool:
    """Whether results of several resolutions wait for their readers at once.

    What has no resolution, such as a classifier, must come after all that has one.
    """
    if not all(isinstance(unit, BoxUnit) for unit in level.units):
        return False
    if any(resolutions[one.target] and not resolutions[one.source] for one in level.links):
        return False
    place = {unit: number for number, unit in enumerate(level.units)}
    last: dict[Unit, int] = {}
    for link in level.links:
        if resolutions[link.source]:
            last[link.source] = max(last.get(link.source, 0), place[link.target])
    ends: dict[int, list[Unit]] = {}
    for unit, end in last.items():
        ends.setdefault(end, []).append(unit)
    alive: dict[Resolution, int] = {}
    for unit in level.units:
        for ended in ends.get(place[unit], ()):
            alive[resolutions[ended]] -= 1
        if unit in last:
            alive[resolutions[unit]] = alive.get(resolutions[unit], 0) + 1
        if sum(number > 0 for number in alive.values()) >= _LEAST:
            return True
    return False


class _Finder:
    """Gives units their columns, one after the other in the order of the flow.

    Args:
        sizes: those of the units.
        row: that of each unit.
    """

    def __init__(self, sizes: LevelSizes, row: Mapping[Unit, int]) -> None:
        self.sizes = sizes
        self.units = sizes.level.units
        self.row = row
        self.sources: dict[Unit, list[Unit]] = {unit: [] for unit in self.units}
        self.readers: dict[Unit, list[Unit]] = {unit: [] for unit in self.units}
        for link in sizes.level.links:
            self.sources[link.target].append(link.source)
            self.readers[link.source].append(link.target)
        self.found = Rows()

    def rows(self) -> Rows | None:
        """All units in their places; None if something enters the figure in the middle."""
        waiting: set[Unit] = set()
        for unit in self.units:
            if not self.sources[unit] and unit is not self.units[0]:
                return None
            if unit in waiting:
                continue
            slot = self._slot(unit)
            waiting |= {*slot.units} - {unit}
            self._add(slot)
        return self.found

    def _slot(self, unit: Unit) -> Slot:
        """A merge is beside the only unit that reads it, if both are in one row."""
        readers = self.readers[unit]
        if self.sizes.is_merge(unit) and len(readers) == 1:
            (reader,) = readers
            around = {source for source in self.sources[reader] if source != unit}
            is_next = self.row[reader] == self.row[unit] and not self.sizes.is_merge(reader)
            if is_next and around <= self.found.homes.keys():
                return Slot(reader, unit)
        return Slot(unit)

    def _add(self, slot: Slot) -> None:
        row = self.row[slot.unit]
        sources = [one for unit in slot.units for one in self.sources[unit] if one != slot.merge]
        column = max((self._least(one, slot) for one in sources), default=0)
        while not self._has_room(slot, column, sources):
            column += 1
        home = Home(column, row)
        read = self.sources[slot.units[0]]
        above = [one for one in read if self.found.homes[one].column == column]
        for source in sources:
            if self.found.homes[source].column == column and self.row[source] != row:
                self.found.upward.setdefault(column, row < self.row[source])
        self.found.homes.update(dict.fromkeys(slot.units, home))
        # A merge of what comes along the column is in the column itself.
        parts = [Slot(unit) for unit in slot.units] if above else [slot]
        self.found.cells.setdefault(home, []).extend(parts)

    def _least(self, source: Unit, slot: Slot) -> int:
        """The first column in which a slot may be that reads ``source``."""
        column = self.found.homes[source].column
        is_near = self.row[source] != self.row[slot.unit] or self._leads_only_to(source, slot)
        return column if is_near else column + 1

    def _leads_only_to(self, source: Unit, slot: Slot) -> bool:
        """Whether ``source`` prepares what the slot reads in the same row.

        It is the only one that the slot reads, or brings it there from another resolution.
        """
        if len(self.readers[source]) > 1:
            return False
        first = slot.units[0]
        changes = all(self.row[one] != self.row[source] for one in self.sources[source])
        return self.sources[first] == [source] or (changes and bool(self.sources[source]))

    def _has_room(self, slot: Slot, column: int, sources: Sequence[Unit]) -> bool:
        """Whether a slot can be in a column: nothing else is there, and the column goes its way."""
        row = self.row[slot.unit]
        here = [one for one in sources if self.found.homes[one].column == column]
        cell = self.found.cells.get(Home(column, row))
        if cell and not (cell[-1].unit in here and self._leads_only_to(cell[-1].unit, slot)):
            return False
        for source in here:
            upward = row < self.row[source]
            if self.row[source] != row and self.found.upward.get(column, upward) != upward:
                return False
        return True
