"""Spans: the first and last position along one axis of an input that each value of a tensor sees.

A tensor has factors: its axes, or the parts of them that reshaping made. Along each factor a span
is either listed position by position, or it repeats: after a period of positions it has moved on by
a step. What repeats is known beyond the borders as well, as if the input went on there, so that
padding counts as input:

    Conv1d(kernel 3, stride 2, padding 1)     position   …   -1       0       1       2    …
    period 1, step 2                          sees       … [-3, -1] [-1, 1] [1, 3] [3, 5]  …

What is listed sees nothing beyond its ends.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]

LISTED = None  # the step of a factor along which positions are listed
Step = int | None

_PERIOD = 4096  # positions
_SIZE = 2**22  # numbers of one span
_TERMS = 6  # spans of one tensor that are kept apart


class UnknownError(Exception):
    """What an operation sees is not known."""


class TooLargeError(UnknownError):
    """A span would take more memory than it is worth."""


@dataclass(frozen=True)
class Reading:
    """Which positions of a factor each position after an operation reads.

    Attributes:
        size: number of positions after it.
        taps: the positions that the first of them read, one row for each.
        advance: by how much a position reads further on than the one ``len(taps)`` before it.
        valid: which of the taps there are; all if None.
        wraps: whether the end is followed by the start.
    """

    size: int
    taps: Indices
    advance: int
    valid: NDArray[np.bool_] | None = None
    wraps: bool = False

    def rows(self, count: int) -> tuple[Indices, NDArray[np.bool_]]:
        """The taps of the first ``count`` positions, and which of them there are."""
        period = len(self.taps)
        index = np.arange(count)
        valid = np.ones_like(self.taps, bool) if self.valid is None else self.valid
        moved = self.taps[index % period] + (self.advance * (index // period))[:, None]
        return moved, valid[index % period]


def every(size: int, start: int, step: int = 1, *, wraps: bool = False) -> Reading:
    """Every ``step``-th position from ``start`` on."""
    return Reading(size, np.array([[start]]), step, wraps=wraps)


@dataclass(frozen=True)
class Span:
    """The first and last position that each value sees, with one dimension for each factor.

    What sees nothing has an infinite first and a negative infinite last position; what sees all of
    the input the other way round.

    Attributes:
        first: the first position; along a factor that repeats, those of one period.
        last: the last position.
        steps: along each factor, how far a period moves on; `LISTED` where it does not repeat.
    """

    first: Numbers
    last: Numbers
    steps: tuple[Step, ...]

    @classmethod
    def everything(cls, factors: int) -> Span:
        """What sees all of an input, whatever the position along so many factors."""
        shape = (1,) * factors
        return cls(np.full(shape, -math.inf), np.full(shape, math.inf), (0,) * factors)

    @classmethod
    def identity(cls, factors: int, factor: int) -> Span:
        """What sees one position of an input, where it is along ``factor``."""
        zero, steps = np.zeros((1,) * factors), (0,) * factors
        return cls(zero, zero, _replaced(steps, factor, 1))

    @property
    def is_whole(self) -> bool:
        """Whether every value sees all of the input."""
        return self.first.size == 1 and bool(np.isneginf(self.first).all())

    def ignores(self, factor: int) -> bool:
        """Whether it is the same along a factor."""
        return self.steps[factor] == 0 and self.first.shape[factor] == 1

    def transposed(self, order: Sequence[int]) -> Span:
        """Its factors in another order."""
        steps = tuple(self.steps[one] for one in order)
        return Span(self.first.transpose(order), self.last.transpose(order), steps)

    def spread(self, factors: Sequence[int], count: int) -> Span:
        """With ``count`` factors: its own at the places ``factors``, and others it ignores."""
        shape, steps = [1] * count, [0] * count
        kept: list[Step] = list(steps)
        for place, size, step in zip(factors, self.first.shape, self.steps):
            shape[place], kept[place] = size, step
        return Span(self.first.reshape(shape), self.last.reshape(shape), tuple(kept))

    def without(self, count: int) -> Span:
        """Without its last factors, along which it has one position."""
        kept = self.first.ndim - count
        shape = self.first.shape[:kept]
        return Span(self.first.reshape(shape), self.last.reshape(shape), self.steps[:kept])

    def listed(self, factor: int, size: int) -> Span:
        """Listed along a factor of ``size`` positions."""
        if self.steps[factor] is LISTED:
            return self
        return self.read(factor, Reading(size, np.arange(size)[:, None], size), listed=True)

    def read(self, factor: int, reading: Reading, *, listed: bool = False) -> Span:
        """What an operation sees that reads along a factor."""
        reads = reading.valid is None or bool(reading.valid.any(1).all())
        if self.ignores(factor) and reads and not listed:
            return self
        taken = self.gathered(factor, reading, listed=listed)
        first, last = taken.first.min(factor + 1), taken.last.max(factor + 1)
        steps = taken.steps[: factor + 1] + taken.steps[factor + 2 :]
        result = Span(first, last, steps)
        return result if listed else result.simplified(factor)

    def gathered(self, factor: int, reading: Reading, *, listed: bool = False) -> Span:
        """What each tap of a reading sees, with a factor for the taps after ``factor``."""
        step, period = self.steps[factor], self.first.shape[factor]
        count, moved = reading.size, LISTED
        if step is not LISTED and not listed:
            count, moved = _repeats(reading, period, step)
        index, valid = reading.rows(count)
        if step is LISTED:
            index = index % period if reading.wraps else index
            valid = valid & (index >= 0) & (index < period)
        if self.first.size // period * index.size > _SIZE:
            raise TooLargeError
        shift = (step or 0) * (index // period)
        place = (..., *[None] * (self.first.ndim - factor - 1))
        first, last = (np.take(one, index % period, axis=factor) for one in (self.first, self.last))
        first = np.where(valid[place], first + shift[place], math.inf)
        last = np.where(valid[place], last + shift[place], -math.inf)
        steps = (*self.steps[:factor], moved, LISTED, *self.steps[factor + 1 :])
        return Span(first, last, steps)

    def joined(self, factor: int, outer: int, inner: int) -> Span:
        """With a factor and the next one, of so many positions, as one."""
        if self.ignores(factor) and self.ignores(factor + 1):
            return self._reshaped(factor, 2, (1,), (0,))
        whole = self.listed(factor + 1, inner)
        if whole.steps[factor] is not LISTED and whole.first.shape[factor] * inner > _PERIOD:
            whole = whole.listed(factor, outer)
        length = whole.first.shape[factor] * inner
        return whole._reshaped(factor, 2, (length,), (whole.steps[factor],)).simplified(factor)

    def split(self, factor: int, outer: int, inner: int) -> Span:
        """With a factor taken apart, into so many positions outside and inside."""
        if self.ignores(factor):
            return self._reshaped(factor, 1, (1, 1), (0, 0))
        if self.steps[factor] is LISTED:
            parted = self._reshaped(factor, 1, (outer, inner), (LISTED, LISTED))
        else:
            parted = self.gathered(factor, Reading(outer, np.arange(inner)[None], inner))
        return parted.simplified(factor + 1).simplified(factor)

    def reduced(self, factor: int, size: int) -> Span:
        """What all of a factor of ``size`` positions sees, which has one position left."""
        if self.ignores(factor):
            return self
        taps = np.arange(size)[None]
        taken = self.read(factor, Reading(1, taps, 0), listed=True)
        return Span(taken.first, taken.last, _replaced(taken.steps, factor, 0))

    def moves(self, factor: int) -> bool:
        """Whether it moves on along a factor, and not only differs as between channels."""
        return self.steps[factor] != 0

    def within(self, size: int) -> Span:
        """Without what it would see beyond an input of ``size`` positions, if it sees not all."""
        covers = self.covers(size)
        first = np.where(covers, -math.inf, np.maximum(self.first, 0))
        last = np.where(covers, math.inf, np.minimum(self.last, size - 1))
        return Span(first, last, self.steps)

    def covers(self, size: int) -> NDArray[np.bool_]:
        """Which values see all of an input of ``size`` positions."""
        covered: NDArray[np.bool_] = (self.first <= 0) & (self.last >= size - 1)
        return covered

    def completed(self, size: int) -> Span:
        """With what covers an input of ``size`` positions seeing all of it."""
        covers = self.covers(size)
        if any(self.steps) or not covers.any():  # elsewhere, it would see other positions
            return self
        first = np.where(covers, -math.inf, self.first)
        span = Span(first, np.where(covers, math.inf, self.last), self.steps)
        for factor in range(first.ndim):
            span = span.simplified(factor)
        return span

    def simplified(self, factor: int) -> Span:
        """With the shortest period along a factor."""
        length, step = self.first.shape[factor], self.steps[factor]
        if length == 1:
            return self
        for period in (1,) if step is LISTED else _divisors(length):
            part, rest = divmod((step or 0) * period, length)
            if not rest and self._has_period(factor, period, part):
                kept = (slice(None),) * factor + (slice(period),)
                steps = _replaced(self.steps, factor, part)
                return Span(self.first[kept], self.last[kept], steps)
        return self

    def _has_period(self, factor: int, period: int, step: int) -> bool:
        before = (slice(None),) * factor
        later, earlier = (*before, slice(period, None)), (*before, slice(-period))
        return all(
            np.array_equal(one[later], one[earlier] + step) for one in (self.first, self.last)
        )

    @property
    def _is_finite(self) -> bool:
        return bool(np.isfinite(self.first).any())

    def _repeated(self, factor: int, length: int) -> Span:
        """With a longer period along a factor that repeats."""
        times, step = length // self.first.shape[factor], self.steps[factor] or 0
        if times == 1 or self.ignores(factor):
            return self
        first, last = (
            np.concatenate([one + step * time for time in range(times)], axis=factor)
            for one in (self.first, self.last)
        )
        return Span(first, last, _replaced(self.steps, factor, step * times))

    def _reshaped(
        self, factor: int, count: int, sizes: tuple[int, ...], steps: tuple[Step, ...]
    ) -> Span:
        """With other factors in the place of ``count`` of them."""
        shape = self.first.shape[:factor] + sizes + self.first.shape[factor + count :]
        kept = (*self.steps[:factor], *steps, *self.steps[factor + count :])
        return Span(self.first.reshape(shape), self.last.reshape(shape), kept)


class Piece(NamedTuple):
    """What a tensor sees that is a piece of another; None if that is not known.

    Attributes:
        span: what it sees.
        places: where it is along a factor.
    """

    span: Span | None
    places: range


def laid_out(pieces: Iterable[Piece], factor: int, size: int) -> Iterator[Span]:
    """What pieces along a factor of ``size`` positions see, which see nothing at others' places.

    Pieces that repeat alike along other factors are one span.
    """
    alike: dict[tuple[tuple[int, ...], tuple[Step, ...]], list[tuple[Span, range]]] = {}
    for piece in pieces:
        span = piece.span
        if span is None:
            continue
        step = LISTED if span.moves(factor) else 0
        if not span.ignores(factor):
            span = span.listed(factor, len(piece.places))
        shape = (*span.first.shape[:factor], 1, *span.first.shape[factor + 1 :])
        key = shape, _replaced(span.steps, factor, step)
        alike.setdefault(key, []).append((span, piece.places))
    for (shape, steps), several in alike.items():
        whole = (*shape[:factor], size, *shape[factor + 1 :])
        first, last = np.full(whole, math.inf), np.full(whole, -math.inf)
        for span, places in several:
            where = (slice(None),) * factor + (slice(places.start, places.stop, places.step),)
            first[where] = np.minimum(first[where], span.first)
            last[where] = np.maximum(last[where], span.last)
        yield Span(first, last, steps)


def united(spans: Iterable[Span], sizes: Sequence[int]) -> tuple[Span, ...]:
    """What several spans of one tensor see together, in as few spans as keep all that repeats.

    Args:
        spans: the spans.
        sizes: the number of positions of each factor.
    """
    kept: list[Span] = []
    for span in spans:
        if span.is_whole:
            return (span,)
        if any(span is other for other in kept):
            continue
        for place, other in enumerate(kept):
            both = _united(other, span, sizes)
            if both:
                kept[place] = both
                break
        else:
            kept.append(span)
    return tuple(kept) if len(kept) <= _TERMS else (hull(kept, sizes),)


def hull(spans: Sequence[Span], sizes: Sequence[int]) -> Span:
    """What several spans see together, listed along factors where they do not repeat alike.

    Raises:
        TooLargeError: it would take too much memory.
    """
    whole = spans[0]
    for span in spans[1:]:
        for factor, size in enumerate(sizes):
            if _common(whole, span, factor) is None:
                whole, span = whole.listed(factor, size), span.listed(factor, size)
        both = _united(whole, span, sizes, most=_SIZE)
        if both is None:
            raise TooLargeError
        whole = both
    return whole


def _united(one: Span, other: Span, sizes: Sequence[int], most: int = 2 * _PERIOD) -> Span | None:
    """One span for two; None if it would lose what repeats, or be much larger than they are."""
    steps: list[Step] = []
    shape: list[int] = []
    for factor, size in enumerate(sizes):
        common = _common(one, other, factor)
        if common is None:
            if LISTED not in (one.steps[factor], other.steps[factor]):
                return None
            one, other = one.listed(factor, size), other.listed(factor, size)
            common = size, LISTED
        shape.append(common[0])
        steps.append(common[1])
    if math.prod(shape) > max(one.first.size, other.first.size, most):
        return None
    for factor, (length, step) in enumerate(zip(shape, steps)):
        if step is not LISTED:
            one, other = (each._repeated(factor, length) for each in (one, other))
    first, last = np.minimum(one.first, other.first), np.maximum(one.last, other.last)
    return Span(first, last, tuple(steps))


def _common(one: Span, other: Span, factor: int) -> tuple[int, Step] | None:
    """The period and step with which two spans repeat along a factor; None if they have none."""
    steps = one.steps[factor], other.steps[factor]
    periods = one.first.shape[factor], other.first.shape[factor]
    for here, there in ((one, other), (other, one)):
        if here.ignores(factor) and (there.steps[factor] is LISTED or not here._is_finite):
            return there.first.shape[factor], there.steps[factor]
    if LISTED in steps:
        return (periods[0], LISTED) if steps[0] is steps[1] else None
    period = math.lcm(*periods)
    moved = [step * period // length for step, length in zip(steps, periods) if step is not None]
    return (period, moved[0]) if moved[0] == moved[1] and period <= _PERIOD else None


def _repeats(reading: Reading, period: int, step: int) -> tuple[int, Step]:
    """The number of positions after which what reads a factor that repeats does so too."""
    times = period // math.gcd(period, reading.advance) if reading.advance else 1
    length = len(reading.taps) * times
    moved = step * (reading.advance * times // period)
    if moved == 0:
        return min(length, reading.size), 0
    return (length, moved) if length <= _PERIOD else (reading.size, LISTED)


def _replaced(steps: tuple[Step, ...], factor: int, step: Step) -> tuple[Step, ...]:
    return (*steps[:factor], step, *steps[factor + 1 :])


def _divisors(number: int) -> Iterator[int]:
    return (one for one in range(1, number) if number % one == 0)
