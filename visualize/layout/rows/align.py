"""Alignment: the cells of a row are in line, so that arrows along it are level.

┌─────┐
└──┬──┘    ┌─────┐
┌──▼──┐    │     │
│     ├───▶│     │
└─────┘    └──▲──┘
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from visualize.layout.rows.find import Home, Rows, Slot
from visualize.layout.sizes import LevelSizes
from visualize.layout.units import Unit


@dataclass(frozen=True, slots=True)
class Alignment:
    """Units along the flow, each in its row.

    Attributes:
        middle: the middle of each unit, from where its row begins.
        lengths: how far each row reaches.
    """

    middle: Mapping[Unit, float]
    lengths: tuple[float, ...]


def align(rows: Rows, sizes: LevelSizes) -> Alignment:
    """Put the cells of each row in line, from left to right.

    A cell is in line with the nearest one to its left that it reads. One that reads none is as near
    as it can be to where its column goes on.
    """
    aligner = _Aligner(rows, sizes)
    lengths = tuple(aligner.row(number) for number in range(rows.rows))
    return Alignment(aligner.middle, lengths)


class _Aligner:
    def __init__(self, rows: Rows, sizes: LevelSizes) -> None:
        self.rows = rows
        self.sizes = sizes
        self.middle: dict[Unit, float] = {}
        self.sources: dict[Unit, list[Unit]] = {}
        for link in sizes.level.links:
            self.sources.setdefault(link.target, []).append(link.source)

    def row(self, number: int) -> float:
        """Place the units of a row, from 0 on; how far they reach."""
        homes = [Home(column, number) for column in range(self.rows.columns)]
        homes = [home for home in homes if home in self.rows.cells]
        start = end = 0.0
        loose = []
        for home in homes:
            length = self._stack(home)
            shift = self._shift(home)
            if shift is None and home != homes[0]:
                loose.append((home, length))
                continue
            self._move(home, shift or 0.0)
            start, end = min(start, shift or 0.0), max(end, length + (shift or 0.0))
        for home, length in loose:
            shift = self._towards_others(home, length, start, end)
            self._move(home, shift)
            start, end = min(start, shift), max(end, length + shift)
        for home in homes:
            self._move(home, -start)
        return end - start

    def _stack(self, home: Home) -> float:
        """Place the slots of a cell below each other, from 0 on; how far they reach."""
        cell = self.rows.cells[home]
        gaps = [self.sizes.gap(one.unit, two.units[0]) for one, two in itertools.pairwise(cell)]
        if self.rows.is_upward(home.column):
            cell, gaps = cell[::-1], gaps[::-1]
        end = 0.0
        for slot, gap in zip(cell, [0.0, *gaps]):
            length = self._length(slot)
            self.middle.update(dict.fromkeys(slot.units, end + gap + length / 2))
            end += gap + length
        return end

    def _length(self, slot: Slot) -> float:
        return max(map(self.sizes.length, slot.units))

    def _shift(self, home: Home) -> float | None:
        """What puts a cell in line with the nearest to the left that it reads in its row."""
        near: tuple[int, float] | None = None
        for slot in self.rows.cells[home]:
            for unit in slot.units:
                for source in self.sources.get(unit, ()):
                    there = self.rows.homes[source]
                    if there.row != home.row or there.column == home.column:
                        continue
                    if near is None or there.column > near[0]:
                        near = there.column, self.middle[source] - self.middle[unit]
        return near[1] if near else None

    def _towards_others(self, home: Home, length: float, start: float, end: float) -> float:
        """The shift of a cell of this ``length`` to where its column goes on."""
        rows = [self.rows.homes[slot.unit].row for slot in self.rows.column(home.column)]
        if min(rows) == home.row:
            return end - length
        return start if max(rows) == home.row else (start + end - length) / 2

    def _move(self, home: Home, shift: float) -> None:
        for slot in self.rows.cells[home]:
            for unit in slot.units:
                self.middle[unit] += shift
