"""Maps: what the values of a tensor see of every input, whatever is reshaped and permuted.

An axis of a tensor is a product of factors. Reshaping regroups and splits them, permuting moves
them, so that a value keeps what it sees on its way through windows, patches and tokens:

    x         C×H×W              (C) (H) (W)
    view      C×h×2×w×2          (C) (h) (2) (w) (2)
    permute   2×2×C×h×w          (2) (2) (C) (h) (w)
    reshape   4C×h×w             (2 2 C) (h) (w)
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from visualize.describe.receptive.spans import (
    Piece,
    Reading,
    Span,
    TooLargeError,
    UnknownError,
    laid_out,
    united,
)

Axis = tuple[int, ...]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Source:
    """An axis of an input.

    Attributes:
        node: id of the input.
        axis: which of its axes.
        size: number of its positions.
    """

    node: str
    axis: int
    size: int


# What is seen of one axis of an input; nothing where that is not known.
Seen = tuple[Span, ...]
UNKNOWN: Seen = ()


@dataclass(frozen=True)
class Map:
    """What the values of a tensor see.

    Attributes:
        axes: the sizes of the factors of each axis.
        seen: the spans on each axis of an input that any value depends on.
        gated: the axes of inputs of which a gate sees all, which is left out.
    """

    axes: tuple[Axis, ...]
    seen: Mapping[Source, Seen]
    gated: frozenset[Source] = frozenset()

    @property
    def shape(self) -> Shape:
        """The sizes of the tensor."""
        return tuple(map(math.prod, self.axes))

    @property
    def sizes(self) -> Axis:
        """The sizes of all factors."""
        return tuple(itertools.chain.from_iterable(self.axes))

    def factors(self, axis: int) -> range:
        """The numbers of the factors of an axis."""
        start = sum(map(len, self.axes[: axis % len(self.axes)]))
        return range(start, start + len(self.axes[axis]))

    def changed(self, axes: Sequence[Axis], change: Callable[[Span], Span]) -> Map:
        """With other axes and spans."""
        sizes = tuple(itertools.chain.from_iterable(axes))
        seen = {source: _tried(spans, change, sizes) for source, spans in self.seen.items()}
        return replace(self, axes=tuple(axes), seen=seen)

    def with_axis(self, axis: int, *factors: Axis) -> list[Axis]:
        """Its axes, with others in the place of one."""
        axis %= len(self.axes)
        return [*self.axes[:axis], *factors, *self.axes[axis + 1 :]]

    def moving(self, axis: int) -> set[Source]:
        """The axes of inputs along which what is seen moves on along an axis of the tensor."""
        return {
            source
            for source, spans in self.seen.items()
            for span in spans
            if any(span.moves(factor) for factor in self.factors(axis))
        }

    def depends_on(self, axis: int) -> bool:
        """Whether values at different positions of an axis see different positions of an input."""
        spans = itertools.chain.from_iterable(self.seen.values())
        return any(not span.ignores(factor) for span in spans for factor in self.factors(axis))

    def read(self, axis: int, reading: Reading) -> Map:
        """What an operation sees that reads along an axis."""
        flat = self.flattened(axis)
        factors = flat.factors(axis)
        if not factors:  # one position, whatever is read around it
            return flat.inserted(factors.start, (reading.size,)).regrouped(
                flat.with_axis(axis, (reading.size,))
            )
        axes = flat.with_axis(axis, (reading.size,))
        return flat.changed(axes, lambda span: span.read(factors.start, reading))

    def gathered(self, axis: int, reading: Reading) -> Map:
        """With what each tap of a reading along an axis sees, the taps on an axis after it."""
        flat = _with_one_factor(self, axis)
        factor = flat.factors(axis).start
        taps = reading.taps.shape[1]

        def gather(span: Span) -> Span:
            return span.gathered(factor, reading).simplified(factor + 1).simplified(factor)

        return flat.changed(flat.with_axis(axis, (reading.size,), (taps,)), gather)

    def reduced(self, axes: Iterable[int], *, complete: bool = True) -> Map:
        """What all along some axes sees, which keep one position.

        Args:
            axes: the axes.
            complete: whether what covers an axis of an input then sees all of it, however large
                it is.
        """
        over = {axis % len(self.axes) for axis in axes}
        factors = [factor for axis in over for factor in self.factors(axis)]
        kept = [factor for factor in range(len(self.sizes)) if factor not in factors]
        left = [() if axis in over else sizes for axis, sizes in enumerate(self.axes)]
        seen: dict[Source, Seen] = {}
        for source, spans in self.seen.items():

            def reduce(span: Span, size: int = source.size) -> Span:
                depends = not all(map(span.ignores, factors))
                for factor in factors:
                    span = span.reduced(factor, self.sizes[factor])
                span = span.completed(size) if depends and complete else span
                return span.transposed([*kept, *factors]).without(len(factors))

            seen[source] = _tried(spans, reduce, [size for axis in left for size in axis])
        return replace(self, axes=tuple(left), seen=seen)

    def dropped(self, axes: Iterable[int], *, complete: bool = True) -> Map:
        """What all along some axes sees, without these axes."""
        over = {axis % len(self.axes) for axis in axes}
        kept = self.reduced(over, complete=complete)
        left = [sizes for axis, sizes in enumerate(kept.axes) if axis not in over]
        return replace(kept, axes=tuple(left))

    def inserted(self, place: int, sizes: Axis) -> Map:
        """With factors that nothing depends on, on no axis yet."""
        count = len(self.sizes)
        kept = [*range(place), *range(place + len(sizes), count + len(sizes))]
        seen = {
            source: tuple(span.spread(kept, count + len(sizes)) for span in spans)
            for source, spans in self.seen.items()
        }
        return replace(self, seen=seen)

    def at(self, axis: int, place: int) -> Map:
        """What a position of an axis sees, without this axis."""
        only = Reading(1, np.array([[place]]), 0)
        return self.read(axis, only).dropped([axis], complete=False)

    def scattered(self, axis: int, places: range, size: int) -> Map:
        """As a part of an axis of ``size`` positions, which sees nothing at other ``places``."""
        if len(places) == size and places.step == 1:
            return self
        flat = _with_one_factor(self, axis)
        factor = flat.factors(axis).start
        return flat.changed(
            flat.with_axis(axis, (size,)),
            lambda span: next(iter(laid_out([Piece(span, places)], factor, size))),
        )

    def regrouped(self, axes: Sequence[Axis]) -> Map:
        """With its factors on other axes, in the same order."""
        return replace(self, axes=tuple(axes))

    def repeated(self, axis: int, size: int, *, inside: bool = False) -> Map:
        """With every position of an axis so many times: all in turn, or one after the other."""
        if size == 1:
            return self
        factors = self.factors(axis)
        place, old = (factors.stop if inside else factors.start), self.axes[axis]
        new = (*old, size) if inside else (size, *old)
        return self.inserted(place, (size,)).regrouped(self.with_axis(axis, new))

    def unsqueezed(self, place: int, size: int = 1) -> Map:
        """With a new axis."""
        axes = [*self.axes[:place], (), *self.axes[place:]]
        return self.regrouped(axes).repeated(place, size)

    def permuted(self, order: Sequence[int]) -> Map:
        """With its axes in another order."""
        factors = [factor for axis in order for factor in self.factors(axis)]
        return self.changed(
            [self.axes[axis] for axis in order], lambda span: span.transposed(factors)
        )

    def flattened(self, axis: int) -> Map:
        """With an axis that has one factor at most."""
        flat = self
        while len(flat.axes[axis]) > 1:
            outer, inner, *rest = flat.axes[axis]
            factor = flat.factors(axis).start
            flat = flat.changed(
                flat.with_axis(axis, (outer * inner, *rest)), _joining(factor, outer, inner)
            )
        return flat

    def reshaped(self, shape: Shape) -> Map:
        """With another shape for the same values in the same order.

        Raises:
            UnknownError: there are more or fewer values in ``shape``, or none.
        """
        if math.prod(shape) != math.prod(self.shape) or 0 in shape:
            raise UnknownError
        flat = self.regrouped([self.sizes])
        axes: list[Axis] = []
        done = 0  # factors
        for size in shape:
            begin = done
            if size == 1:
                done += flat.sizes[done : done + 1] == (1,)
            while math.prod(flat.sizes[begin:done]) < size:
                flat, done = flat._aligned(begin, done, size)
            axes.append(flat.sizes[begin:done])
        if axes:
            axes[-1] += flat.sizes[done:]
        elif flat.sizes:
            return flat.dropped([0]).regrouped([])
        return flat.regrouped(axes)

    def _aligned(self, begin: int, done: int, size: int) -> tuple[Map, int]:
        """With the next factor taken, or changed so that it can be, for an axis of ``size``."""
        factor, taken = self.sizes[done], math.prod(self.sizes[begin:done])
        before, after = self.sizes[:done], self.sizes[done + 1 :]
        left, rest = divmod(size, taken)
        if not rest and left % factor == 0:
            return self, done + 1
        if not rest and factor % left == 0:
            parts = left, factor // left
            split = self.changed([(*before, *parts, *after)], _splitting(done, *parts))
            return split, done + 1
        if done > begin:
            merged = (*before[:-1], before[-1] * factor, *after)
            return self.changed([merged], _joining(done - 1, before[-1], factor)), done - 1
        merged = (*before, factor * after[0], *after[1:])
        return self.changed([merged], _joining(done, factor, after[0])), done


def _tried(spans: Seen, change: Callable[[Span], Span], sizes: Sequence[int]) -> Seen:
    try:
        return united(map(change, spans), sizes)
    except TooLargeError:
        return UNKNOWN


def _joining(factor: int, outer: int, inner: int) -> Callable[[Span], Span]:
    return lambda span: span.joined(factor, outer, inner)


def _splitting(factor: int, outer: int, inner: int) -> Callable[[Span], Span]:
    return lambda span: span.split(factor, outer, inner)


def aligned(maps: Sequence[Map], shape: Shape, joined: int | None = None) -> list[Map]:
    """Maps with the axes that they have in common when torch broadcasts them to ``shape``.

    Args:
        maps: the maps.
        shape: the shape.
        joined: an axis along which they are joined instead, and which stays as it is.
    """
    given = [one if joined is not None else _broadcast(one, shape) for one in maps]
    for axis in range(len(shape)):
        if axis == joined:
            continue
        known = {one.axes[axis] for one in given if one.axes[axis]}
        if len(known) > 1:
            given = [one.flattened(axis) for one in given]
            known = {one.axes[axis] for one in given if one.axes[axis]}
        for factors in known:
            given = [
                one
                if one.axes[axis]
                else one.inserted(one.factors(axis).start, factors).regrouped(
                    one.with_axis(axis, factors)
                )
                for one in given
            ]
    return given


def _broadcast(one: Map, shape: Shape) -> Map:
    """A map with as many axes as ``shape``, and no factor for those that are repeated."""
    missing = len(shape) - len(one.axes)
    one = one.regrouped([*[()] * missing, *one.axes])
    single = [axis for axis, size in enumerate(shape) if size > 1 and one.shape[axis] == 1]
    return one.reduced(single, complete=False) if single else one


def combined(maps: Sequence[Map], shape: Shape) -> Map:
    """What values see that are computed from those of several tensors at the same position."""
    if len(maps) == 1 and maps[0].shape == shape:
        return maps[0]
    given = aligned(maps, shape)
    first = _filled(given[0], shape)
    seen: dict[Source, list[Seen]] = {}
    for one in given:
        for source, spans in _filled(one, shape).seen.items():
            seen.setdefault(source, []).append(spans)
    joined = {source: _joined(parts, first.sizes) for source, parts in seen.items()}
    return Map(first.axes, joined, frozenset().union(*(one.gated for one in given)))


def _filled(one: Map, shape: Shape) -> Map:
    """With factors for the axes that no tensor has."""
    for axis, size in enumerate(shape):
        one = one.repeated(axis, size) if one.shape[axis] != size else one
    return one


def _joined(parts: Sequence[Seen], sizes: Sequence[int]) -> Seen:
    """What is seen over several ways; what sees all does so whatever else is not known."""
    for spans in parts:
        if any(span.is_whole for span in spans):
            return spans[:1]
    if UNKNOWN in parts:
        return UNKNOWN
    try:
        return united(itertools.chain.from_iterable(parts), sizes)
    except TooLargeError:
        return UNKNOWN


def concatenated(parts: Sequence[Map | None], sizes: Sequence[int], axis: int) -> Map:
    """What values see of tensors that are joined along an axis.

    Args:
        parts: the tensors, None for those that see nothing.
        sizes: how many positions each has along the axis.
        axis: the axis.
    """
    known = [one for one in parts if one is not None]
    axis %= len(known[0].axes)
    placed = iter(aligned([_with_one_factor(one, axis) for one in known], known[0].shape, axis))
    size, start = sum(sizes), 0
    axes = list(known[0].axes)
    pieces: dict[Source, list[Piece]] = {}
    for one, length in zip(parts, sizes):
        if one is not None:
            flat = next(placed)
            axes, factor = flat.with_axis(axis, (size,)), flat.factors(axis).start
            for source, spans in flat.seen.items():
                here = range(start, start + length)
                pieces.setdefault(source, []).extend(Piece(span, here) for span in spans or [None])
        start += length
    factors = tuple(itertools.chain.from_iterable(axes))
    seen = {source: _laid_out(several, factor, factors) for source, several in pieces.items()}
    return Map(tuple(axes), seen, frozenset().union(*(one.gated for one in known)))


def _with_one_factor(one: Map, axis: int) -> Map:
    flat = one.flattened(axis)
    if flat.axes[axis]:
        return flat
    return flat.inserted(flat.factors(axis).start, (1,)).regrouped(flat.with_axis(axis, (1,)))


def _laid_out(pieces: Sequence[Piece], factor: int, sizes: Sequence[int]) -> Seen:
    """What several tensors see, each at its places of a factor."""
    if any(piece.span is None for piece in pieces):
        return UNKNOWN
    try:
        spans = united(laid_out(pieces, factor, sizes[factor]), sizes)
    except TooLargeError:
        return UNKNOWN
    return tuple(span.simplified(factor) for span in spans)
