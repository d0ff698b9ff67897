"""Tracks: lines in one gutter or channel run side by side, those of one tensor together."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tracks:
    """The tracks of one gutter or channel.

    Attributes:
        spans: from where to where each line runs in it.
        numbers: the track of each line, from 0 on.
    """

    spans: dict[Hashable, tuple[float, float]] = field(default_factory=dict)
    numbers: dict[Hashable, int] = field(default_factory=dict)

    def add(self, line: Hashable, start: float, end: float) -> None:
        """Note that a line runs from one place to another, perhaps with other parts of it."""
        places = start, end, *self.spans.get(line, ())
        self.spans[line] = min(places), max(places)

    def settle(self, order: Iterable[Hashable]) -> None:
        """Give lines their tracks, in this order: each is beyond those that it would meet.

        >>> tracks = Tracks({"a": (0, 2), "b": (1, 3), "c": (4, 5)})
        >>> tracks.settle("abc")
        >>> tracks.numbers, tracks.count
        ({'a': 0, 'b': 1, 'c': 0}, 2)
        """
        for line in order:
            start, end = self.spans[line]
            passed = (
                number
                for other, number in self.numbers.items()
                if self.spans[other][0] <= end and start <= self.spans[other][1]
            )
            self.numbers[line] = 1 + max(passed, default=-1)

    def start(self, line: Hashable) -> float:
        """Where a line begins."""
        return self.spans[line][0]

    def length(self, line: Hashable) -> float:
        """How far a line runs."""
        start, end = self.spans[line]
        return end - start

    @property
    def count(self) -> int:
        """The number of tracks."""
        return 1 + max(self.numbers.values(), default=-1)
