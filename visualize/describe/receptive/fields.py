"""The receptive field of each operation, and where a network sees all of its input."""

from __future__ import annotations

import functools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import networkx as nx
import numpy as np

from visualize.core.architecture import Architecture, NodeKind, Operation, enclosing
from visualize.core.facts import Receptive, ReceptivePlace
from visualize.core.operators import CONVOLUTION, LINEAR, POOL, REDUCTION, family
from visualize.core.summary import ReceptiveField
from visualize.describe.receptive.follow import Followed, follow
from visualize.describe.receptive.maps import Map, Source
from visualize.describe.receptive.spans import TooLargeError, hull

_NEARLY = 0.95  # of the input: windows that do not fit leave the rest over


@dataclass(frozen=True)
class ReceptiveFields:
    """The receptive fields of a model.

    Attributes:
        exact: its graph.
        followed: what every tensor sees.
    """

    exact: Architecture
    followed: Followed

    @classmethod
    def of(cls, exact: Architecture) -> ReceptiveFields:
        """The receptive fields of a model."""
        return cls(exact, follow(exact))

    @functools.cached_property
    def sizes(self) -> Mapping[str, ReceptiveField]:
        """The field of each operation along the axes of its input, infinite where it is all of it.

        An operation is missing if it sees no input that windows slide along, or if it is not known
        how much. Of several inputs with as many axes the larger field counts.
        """
        found = {node: self._size(maps) for node, maps in self.followed.maps.items()}
        return {node: size for node, size in found.items() if size is not None}

    def _size(self, maps: tuple[Map, ...]) -> ReceptiveField | None:
        inputs: dict[str, list[float]] = {}
        for source in self.followed.places:
            seen = [width for one in maps if (width := _width(one, source)) is not None]
            if math.nan in seen:
                return None
            if seen:
                inputs.setdefault(source.node, []).append(max(seen))
        most = max(map(len, inputs.values()), default=0)
        fields = [sizes for sizes in inputs.values() if len(sizes) == most]
        return tuple(map(max, zip(*fields))) or None

    def fact(self, blocks: Collection[str]) -> Receptive | None:
        """What is worth knowing of a model with one image or signal; None if that is nothing.

        Args:
            blocks: the paths of blocks, which are named instead of what is in them.
        """
        way = self._way()
        inputs = {source.node for source in self.followed.places}
        if len(inputs) != 1 or not way or way[-1].id not in self.sizes:
            return None
        at, place = self._where(way)
        covering = self._covering(way, at)
        if at and at is way[-1] and not covering and self._misses_a_border(at.id):
            covering = next(one for one in way if self.sizes.get(one.id) == self.sizes[at.id])
            at = place = None
        field = self.sizes[at.id] if at else ()
        if max(field, default=0) <= 1 and not covering:
            return None
        return Receptive(
            place=place,
            field=tuple(map(int, field)),
            input=tuple(source.size for source in self.followed.places),
            covers_from=_name(covering, blocks) if covering else "",
            gates=any(one.gated for maps in self.followed.maps.values() for one in maps),
        )

    def _way(self) -> list[Operation]:
        """What the output of the model that sees most is computed by, in order."""
        ends = (one.id for one in self.exact.operations if one.kind is NodeKind.OUTPUT)
        results = [
            node
            for end in ends
            for node in self.exact.data_sources(end)
            if node in self.followed.maps
        ]
        if not results:
            return []
        is_known = all(node in self.sizes for node in results)
        result = max(results, key=self.sizes.__getitem__) if is_known else results[0]
        before = {result, *nx.ancestors(self.exact.graph, result)}
        return [
            one
            for one in self.exact.operations
            if one.id in before and one.computes and one.id in self.followed.maps
        ]

    def _where(self, way: Sequence[Operation]) -> tuple[Operation | None, ReceptivePlace | None]:
        """Where the field is worth knowing: at the output, or before the last global pooling."""
        end = way[-1].id
        is_finite = math.inf not in self.sizes[end]
        if is_finite and self._moves(end):
            return way[-1], ReceptivePlace.OUTPUT
        for one in reversed(way):
            before = [node for node in self.exact.data_sources(one.id) if node in self.sizes]
            if not before or any(math.inf in self.sizes[node] for node in before):
                continue
            is_whole = math.inf in self.sizes.get(one.id, ())
            # Windows may miss the last few positions of an input, and so does what pools them all.
            place = _place(one) if is_whole or self._ends(one, before) else None
            if place:
                return self.exact.operation(max(before, key=self.sizes.__getitem__)), place
            if is_whole:
                return None, None
        return (way[-1], ReceptivePlace.OUTPUT) if is_finite else (None, None)

    def _misses_a_border(self, node: str) -> bool:
        """Whether a result sees all of the input but for what windows at its border leave over."""
        fields = zip(self.sizes[node], (source.size for source in self.followed.places))
        return not self._moves(node) and all(_NEARLY * size <= field for field, size in fields)

    def _ends(self, operation: Operation, before: Collection[str]) -> bool:
        """Whether what moves along an input is seen as a whole."""
        return any(map(self._moves, before)) and not self._moves(operation.id)

    def _moves(self, node: str) -> bool:
        """Whether what is seen moves on along an input from one value to the next."""
        maps = self.followed.maps[node]
        return any(one.moving(axis) for one in maps for axis in range(len(one.axes)))

    def _covering(self, way: Sequence[Operation], until: Operation | None) -> Operation | None:
        """The first operation from which on every result has a value that sees all of the input.

        None if that is not known, or does not begin before ``until``.
        """
        first = None
        for one in reversed(way):
            covers = [
                covered
                for one_map in self.followed.maps[one.id]
                for source in self.followed.places
                if (covered := _covers(one_map, source)) is not None
            ]
            if not all(covers):
                break
            first = one if covers else first
        if first is None or (until and first.index > until.index):
            return None
        return first


def _place(operation: Operation) -> ReceptivePlace | None:
    name = family(operation.does)
    if name in POOL | REDUCTION:
        return ReceptivePlace.POOL
    made = operation.outputs[0].shape
    flat = name in LINEAR and len(made) <= 2
    # A convolution as large as the map is a linear layer.
    flat = flat or (name in CONVOLUTION and set(made[2:]) == {1})
    return ReceptivePlace.LINEAR if flat else None


def _name(operation: Operation, blocks: Collection[str]) -> str:
    """The block around an operation, or else the module or function that it is."""
    paths = enclosing(operation.path)
    return next((path for path in paths if path in blocks), operation.path or operation.type)


def _width(one: Map, source: Source) -> float | None:
    """How many positions the value sees that sees most; None for none, NaN if that is not known."""
    spans = one.seen.get(source)
    if spans is None or not all(one.sizes):
        return None
    try:
        span = hull(spans, one.sizes) if spans else None
    except TooLargeError:
        span = None
    if span is None:
        return math.nan
    if not any(span.steps):  # listed, and nothing is known beyond its ends
        span = span.within(source.size)
    made = tuple(slice(size) for size in one.sizes)  # a period may be longer than that
    width = float(np.max(span.last[made] - span.first[made])) + 1
    return width if width > 0 else None


def _covers(one: Map, source: Source) -> bool | None:
    """Whether a value sees all of an axis; None if no value sees any of it."""
    spans = one.seen.get(source)
    if spans is None or not all(one.sizes):
        return None
    if not spans:
        return False
    try:
        span = hull(spans, one.sizes)
        for factor, size in enumerate(one.sizes):
            span = span if span.ignores(factor) else span.listed(factor, size)
    except TooLargeError:
        return False
    if not (span.last >= span.first).any():
        return None
    return bool(span.covers(source.size).any())
