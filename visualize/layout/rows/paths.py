"""Paths: which sides of two units a link joins, and between which columns and rows it runs.

             channel 1
        ───────────────────
    │   ┌───┐ gutter ┌───┐   │
    │   │   │   1    │   │   │ gutter 2
    │   └───┘        └───┘   │
        ───────────────────
             channel 2

A gutter is left of the column of its number, a channel above the row of its number.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from visualize.layout.links import Link
from visualize.layout.rows.find import Home, Rows, Slot
from visualize.layout.units import Unit

_LEVEL = 0.5  # points


class Side(enum.Enum):
    """A side of a unit."""

    LEFT = enum.auto()
    RIGHT = enum.auto()
    TOP = enum.auto()
    BOTTOM = enum.auto()


@dataclass(frozen=True, slots=True)
class Gutter:
    """The room left of a column."""

    column: int


@dataclass(frozen=True, slots=True)
class Channel:
    """The room above a row."""

    row: int


Lane = Gutter | Channel


@dataclass(frozen=True, slots=True)
class Path:
    """The way of a link.

    Attributes:
        start: the side that it leaves.
        lanes: where it runs, one after the other.
        end: the side at which it arrives.
        is_straight: whether both ends are in the middle of their sides.
    """

    start: Side
    lanes: tuple[Lane, ...]
    end: Side
    is_straight: bool = False


class PathFinder:
    """Finds the path of every link between units in rows and columns.

    Args:
        rows: where the units are.
        links: what connects them.
        middle: where in its row the middle of each unit is.
    """

    def __init__(self, rows: Rows, links: Sequence[Link], middle: Mapping[Unit, float]) -> None:
        self.rows = rows
        self.links = links
        self.middle = middle
        self.columns = [rows.column(number) for number in range(rows.columns)]
        self.order: dict[Unit, int] = {}
        self.slots: dict[Unit, Slot] = {}
        for column in self.columns:
            for place, slot in enumerate(column):
                self.order.update(dict.fromkeys(slot.units, place))
                self.slots.update(dict.fromkeys(slot.units, slot))
        self.taken: set[tuple[Unit, Side]] = set()

    def paths(self) -> list[Path]:
        """The path of each link: straight ones first, whose sides others leave to them."""
        straight = [self._straight(link) for link in self.links]
        for link, path in zip(self.links, straight):
            if path:
                self.taken |= {(link.source, path.start), (link.target, path.end)}
        return [path or next(self._ways(link)) for link, path in zip(self.links, straight)]

    def _straight(self, link: Link) -> Path | None:
        """Along a column to the next unit, or along a row."""
        source, target = link.ends
        here, there = self._homes(link)
        if self.slots[source] == self.slots[target]:
            return Path(Side.RIGHT, (), Side.LEFT, is_straight=True)
        if here.column == there.column:
            step = self.order[target] - self.order[source]
            if abs(step) > 1 or not (self._is_on_axis(source) and self._is_on_axis(target)):
                return None
            start, end = (Side.BOTTOM, Side.TOP) if step > 0 else (Side.TOP, Side.BOTTOM)
            return Path(start, (), end, is_straight=True)
        is_level = here.row == there.row and _is_level(self.middle[source], self.middle[target])
        if is_level and self._is_first(target) and self._is_free(here.row, here, there):
            return Path(Side.RIGHT, (), Side.LEFT, is_straight=True)
        return None

    def _ways(self, link: Link) -> Iterator[Path]:
        """Ways that are clear of other units, those with few bends first."""
        here, there = self._homes(link)
        after, before, beyond = (
            Gutter(column) for column in (here.column + 1, there.column, there.column + 1)
        )
        if here.column == there.column:
            yield Path(Side.RIGHT, (after,), Side.RIGHT)
        is_up = there.row < here.row
        channel = Channel(there.row + 1 if is_up else there.row)
        yield from self._along_row(link) if here.row == there.row else self._between_rows(link)
        if self._is_first(link.target):
            yield Path(Side.RIGHT, (after, channel, before), Side.LEFT)
        yield Path(Side.RIGHT, (after, channel, beyond), Side.RIGHT)

    def _along_row(self, link: Link) -> Iterator[Path]:
        """To another column of the same row: straight ahead, or over what is between."""
        here, there = self._homes(link)
        if self._is_first(link.target) and self._is_free(here.row, here, there):
            yield Path(Side.RIGHT, (Gutter(there.column),), Side.LEFT)
        if self._is_open(link.target, Side.TOP):
            channel = Channel(there.row)
            if self._is_open(link.source, Side.TOP):
                yield Path(Side.TOP, (channel,), Side.TOP)
            yield Path(Side.RIGHT, (Gutter(here.column + 1), channel), Side.TOP)

    def _between_rows(self, link: Link) -> Iterator[Path]:
        """To another row and column: to the side of the target that faces the source, or left."""
        source, target = link.ends
        here, there = self._homes(link)
        after, before = Gutter(here.column + 1), Gutter(there.column)
        is_up = there.row < here.row
        facing, near = (Side.TOP, Side.BOTTOM) if is_up else (Side.BOTTOM, Side.TOP)
        channel = Channel(there.row + 1 if is_up else there.row)
        beyond = Home(there.column + 1, there.row)
        if self._is_open(target, near):
            if self._is_free(here.row, here, beyond) and self._is_column_free(here.row, there):
                yield Path(Side.RIGHT, (), near)
            if abs(here.row - there.row) == 1 and self._is_open(source, facing):
                yield Path(facing, (channel,), near)
            yield Path(Side.RIGHT, (after, channel), near)
        if self._is_first(target) and (target, Side.LEFT) not in self.taken:
            if self._is_free(here.row, here, there):
                yield Path(Side.RIGHT, (before,), Side.LEFT)
            if self._is_free(there.row, here, there):
                yield Path(Side.RIGHT, (after,), Side.LEFT)

    def _homes(self, link: Link) -> tuple[Home, Home]:
        return self.rows.homes[link.source], self.rows.homes[link.target]

    def _is_on_axis(self, unit: Unit) -> bool:
        """Whether a unit is in the middle of its column, not the merge beside another."""
        return self.slots[unit].unit == unit

    def _is_first(self, unit: Unit) -> bool:
        """Whether no merge is left of a unit."""
        return self.slots[unit].merge in (None, unit)

    def _is_free(self, row: int, here: Home, there: Home) -> bool:
        """Whether nothing is in a row between two columns."""
        between = range(here.column + 1, there.column)
        return not any(Home(column, row) in self.rows.cells for column in between)

    def _is_column_free(self, row: int, there: Home) -> bool:
        """Whether nothing is in a column from ``row`` to that of ``there``."""
        between = range(row, there.row, 1 if row < there.row else -1)
        return not any(Home(there.column, one) in self.rows.cells for one in between)

    def _is_open(self, unit: Unit, side: Side) -> bool:
        """Whether a line in the next channel reaches a side of a unit, where none is straight."""
        home = self.rows.homes[unit]
        column = self.columns[home.column]
        place = self.order[unit] + (1 if side is Side.BOTTOM else -1)
        if (unit, side) in self.taken:
            return False
        is_last = not 0 <= place < len(column)
        return is_last or self.rows.homes[column[place].unit].row != home.row


def _is_level(one: float, other: float) -> bool:
    """Whether a line between two places looks level."""
    return abs(one - other) < _LEVEL
