"""Find what repeats: runs of equal copies among the calls of modules.

Candidates come from the tree of module calls: the children of a call make a sequence of hashes in
which periodic runs are looked for (equal blocks, shifted and unshifted ones in turn, five local
for one global). Cost is linear in the graph, and in the number of periods tried.
"""

from __future__ import annotations

import bisect
import copy
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from visualize.core.architecture import ModuleCall
from visualize.core.diagram import Box
from visualize.simplify.ends import End, Ends
from visualize.simplify.rows import Rows
from visualize.simplify.sameness import Sameness

# This many earlier equal children are looked at to find the period of a run.
_LOOK_BACK = 4
# This many periods are tried.
_PERIODS = 32
# This often runs are looked for that read each other.
_ATTEMPTS = 4
_Range = tuple[int, int]


@dataclass(frozen=True)
class Run:
    """Equal copies: boxes in order, those of one copy after those of the other.

    Attributes:
        start: place of the first box.
        length: number of boxes in one copy.
        copies: number of copies.
        children: module calls or single boxes that make up one copy, as ranges of boxes.
        inside: the runs in the first copy.
        first: a copy before the others, in boxes of its own, and the same in the copies of a run
            around this one.
        last: the same after the others.
    """

    start: int
    length: int
    copies: int
    children: tuple[_Range, ...]
    inside: tuple[Run, ...] = ()
    first: tuple[End, ...] = ()
    last: tuple[End, ...] = ()

    @property
    def end(self) -> int:
        """Place behind the last box of the last of the equal copies."""
        return self.start + self.length * self.copies

    def is_same(self, other: Run) -> bool:
        """Whether another run has the same copies."""
        return (self.start, self.length, self.reach) == (other.start, other.length, other.reach)

    @property
    def total(self) -> int:
        """Number of copies, those at the ends included."""
        return self.copies + bool(self.first) + bool(self.last)

    @property
    def reach(self) -> _Range:
        """The boxes of all copies, those at the ends included."""
        start = self.first[0].start if self.first else self.start
        return start, self.last[0].end if self.last else self.end


def find_runs(boxes: Sequence[Box], sameness: Sameness) -> tuple[Run, ...]:
    """All runs of equal copies among ``boxes``, in order; what is inside them is in the runs.

    A loop that reads another one step by step is a run if that other is: runs are found first as if
    all such were, and again with those that were found, until all of them are confirmed.
    """

    def find(rows: Rows) -> tuple[Run, ...]:
        return tuple(_Finder(boxes, sameness.with_rows(rows)).find((0, len(boxes)), 0))

    alone = find(Rows())
    if not _has_loops(boxes, alone):
        return alone
    candidates = find(Rows.guess(sameness.exact.operations))
    for _ in range(_ATTEMPTS):
        found = find(Rows.of(_copies(run, sameness) for run in candidates))
        confirmed = tuple(one for one in candidates if any(map(one.is_same, found)))
        if confirmed == candidates:
            return found
        candidates = confirmed
    return alone


def _has_loops(boxes: Sequence[Box], runs: Sequence[Run]) -> bool:
    """Whether a module is called again and again outside of the runs that were found."""
    inside = {place for run in runs for place in range(*run.reach)}
    outside = (box for place, box in enumerate(boxes) if place not in inside)
    calls = Counter(box.path for box in outside if box.path and not box.kind.is_end)
    return any(number > 2 for number in calls.values())


def _copies(run: Run, sameness: Sameness) -> dict[int, list[str]]:
    """The operations in each copy of a run, by its number."""

    def nodes(start: int) -> list[str]:
        boxes = sameness.operations[start : start + run.length]
        return [part.id for parts in boxes for part in parts]

    starts = range(run.start, run.end, run.length)
    copies = {number: nodes(start) for number, start in enumerate(starts)}
    for end in run.first[:1]:
        copies[-1] = end.in_order_of(copies[0])
    for end in run.last[:1]:
        copies[run.copies] = end.in_order_of(copies[run.copies - 1])
    return copies


def calls_around(box: Box) -> tuple[ModuleCall, ...]:
    """The module calls around a box, its own left out."""
    if box.kind.is_collapsed:
        own = (place for place, call in enumerate(box.calls) if call.path == box.path)
        return box.calls[: next(own, len(box.calls))]
    return box.calls[:-1] if box.is_module else box.calls


class _Finder:
    """Finds runs of equal copies in the tree of module calls."""

    def __init__(self, boxes: Sequence[Box], sameness: Sameness) -> None:
        self.boxes = boxes
        self.sameness = sameness
        self.ends = Ends(sameness)
        self.calls = [calls_around(box) for box in boxes]
        # Where the step of a loop begins in which runs are looked for.
        self.scope = 0

    def _within(self, run: Run) -> _Finder:
        """The same for the inside of a copy of ``run``."""
        inner = copy.copy(self)
        inner.scope = self._scope(run, run.start)
        return inner

    def _scope(self, run: Run, start: int) -> int:
        """Where the step of a loop begins that the copy of ``run`` at ``start`` is, or is in."""
        return start if self.sameness.is_shared(run.start, run.length) else self.scope

    def find(self, within: _Range, depth: int) -> Iterator[Run]:
        """The runs among the calls at ``depth`` of the tree, and in those that do not repeat."""
        yield from self._fold(self._children(within, depth), depth)

    def _children(self, within: _Range, depth: int) -> list[_Range]:
        """The calls and single boxes at one depth, as ranges of boxes."""
        children = []
        for call, run in itertools.groupby(range(*within), lambda index: self._call(index, depth)):
            indices = list(run)
            if call is None:
                children += [(index, index + 1) for index in indices]
            else:
                children.append((indices[0], indices[-1] + 1))
        return children

    def _call(self, index: int, depth: int) -> ModuleCall | None:
        calls = self.calls[index]
        return calls[depth] if depth < len(calls) else None

    def _fold(self, children: Sequence[_Range], depth: int) -> Iterator[Run]:
        reached = 0
        for run in self._choose(children):
            covered = _covered(children, run)
            yield from self._open(children[reached : covered.start], depth)
            found = self._within(run)._fold(run.children, depth)
            inside = (self._in_all_copies(run, inner) for inner in found)
            yield self._flat(replace(run, inside=tuple(inside)))
            reached = covered.stop
        yield from self._open(children[reached:], depth)

    def _in_all_copies(self, run: Run, inner: Run) -> Run:
        """A run inside a copy of another, with its ends in all copies."""
        length, shifts = inner.length, [number * run.length for number in range(run.copies)]
        first = [
            self.ends.first(one.end + shift, length, self._scope(run, run.start + shift))
            for one in inner.first
            for shift in shifts
        ]
        last = [
            self.ends.last(one.start - length + shift, length, self._scope(run, run.start + shift))
            for one in inner.last
            for shift in shifts
        ]
        return replace(
            inner,
            inside=tuple(self._in_all_copies(run, one) for one in inner.inside),
            first=tuple(filter(None, first)) if all(first) else (),
            last=tuple(filter(None, last)) if all(last) else (),
        )

    def _flat(self, run: Run) -> Run:
        """One run instead of a run that is nothing but another, where all copies are equal.

        Four copies of two equal blocks in a row are eight blocks.
        """
        for inner in run.inside:
            if run.first or run.last or inner.first or inner.last:
                continue
            copies = run.copies * inner.copies
            is_all = inner.length * copies == run.length * run.copies
            if is_all and self._copies(run.start, inner.length, copies) == copies:
                return replace(inner, copies=copies)
        return run

    def _open(self, children: Iterable[_Range], depth: int) -> Iterator[Run]:
        """Runs inside children that are not part of a run themselves."""
        for start, end in children:
            if self._call(start, depth) is not None:
                yield from self.find((start, end), depth + 1)

    def _choose(self, children: Sequence[_Range]) -> list[Run]:
        """Runs of ``children`` that do not overlap: what removes the most boxes comes first."""
        tokens = [self._token(child) for child in children]
        free = [True] * len(children)
        chosen: list[Run] = []
        found = [
            (start, period, length)
            for period in _periods(tokens)
            for start, length in _periodic(tokens, period)
        ]
        found.sort(key=lambda run: (-self._saved(children, *run), run[1], run[0]))
        for start, period, length in found:
            place, end = start, start + length
            while end - place >= 2 * period:
                run = None
                if all(free[place : place + 2 * period]):
                    taken = (index for index in range(place, end) if not free[index])
                    run = self._run(children, place, period, next(taken, end))
                if run is None:
                    place += 1
                    continue
                run = self._with_ends(run, children, place, end, free)
                covered = _covered(children, run)
                free[covered.start : covered.stop] = [False] * len(covered)
                chosen.append(run)
                place = covered.stop
        return sorted(chosen, key=lambda run: run.start)

    def _token(self, child: _Range) -> int:
        """A number for what is in a child; equal children have the same."""
        signatures = self.sameness.signatures[slice(*child)]
        depth = [len(self.calls[index]) for index in range(*child)]
        return self.sameness.number((*signatures, *depth))

    def _saved(self, children: Sequence[_Range], start: int, period: int, length: int) -> int:
        unit = children[start + period - 1][1] - children[start][0]
        return unit * (length // period - 1)

    def _run(self, children: Sequence[_Range], place: int, period: int, end: int) -> Run | None:
        """The run of copies of ``period`` children that begins at ``place``, if there is one."""
        first, last = children[place], children[place + period - 1]
        start, length = first[0], last[1] - first[0]
        copies = self._copies(start, length, (end - place) // period)
        weighted = any(self.boxes[index].weights for index in range(start, start + length))
        if copies < 2 or not (weighted or length > 1):
            return None
        return Run(start, length, copies, tuple(children[place : place + period]))

    def _copies(self, start: int, length: int, most: int) -> int:
        return self.sameness.copies(start, length, most, self.scope)

    def _with_ends(
        self, run: Run, children: Sequence[_Range], place: int, end: int, free: Sequence[bool]
    ) -> Run:
        """A run with its first and last copy, if these are cut into other boxes.

        Which of the children a copy of a loop begins with, its ends show.

        Args:
            run: the run of equal copies that begins with the child ``place``.
            children: all children.
            place: index of a child.
            end: place behind the last child that may belong to a copy.
            free: whether a child belongs to no other run.
        """
        best = self._extended(run, children, free)
        if not self.sameness.is_shared(run.start, run.length):
            return best
        period = len(run.children)
        for other in range(place + 1, min(place + period, end - 2 * period + 1)):
            if self.ends.first(children[other][0], run.length, self.scope):
                moved = self._run(children, other, period, end)
                extended = moved and self._extended(moved, children, free)
                if extended and extended.total > best.total:
                    best = extended
        return best

    def _extended(self, run: Run, children: Sequence[_Range], free: Sequence[bool]) -> Run:
        first = self.ends.first(run.start, run.length, self.scope)
        last = self.ends.last(run.end - run.length, run.length, self.scope)
        for extended in (
            replace(run, first=(first,) if first else (), last=(last,) if last else ()),
            replace(run, first=(first,) if first else ()),
            replace(run, last=(last,) if last else ()),
        ):
            covered = _covered(children, extended)
            reached = children[covered.start][0], children[covered.stop - 1][1]
            if reached == extended.reach and all(free[covered.start : covered.stop]):
                return extended
        return run


def _covered(children: Sequence[_Range], run: Run) -> range:
    """The children that a run consists of, its ends included."""
    start, end = run.reach
    return range(
        bisect.bisect_left(children, (start, start)), bisect.bisect_left(children, (end, end))
    )


def _periods(tokens: Sequence[int]) -> list[int]:
    """The most common distances at which tokens come again."""
    distances: Counter[int] = Counter()
    earlier: dict[int, list[int]] = {}
    for place, token in enumerate(tokens):
        before = earlier.setdefault(token, [])
        distances.update(place - other for other in before[-_LOOK_BACK:])
        before.append(place)
    return [period for period, _ in distances.most_common(_PERIODS)]


def _periodic(tokens: Sequence[int], period: int) -> Iterator[tuple[int, int]]:
    """Start and length of each longest stretch, twice ``period`` or more, that has this period.

    >>> list(_periodic([1, 2, 1, 2, 1, 3], 2))
    [(0, 5)]
    """
    same = [one == other for one, other in zip(tokens, tokens[period:])]
    for equal, run in itertools.groupby(range(len(same)), same.__getitem__):
        places = list(run)
        if equal and len(places) >= period:
            yield places[0], len(places) + period
