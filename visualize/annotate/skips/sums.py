"""Weighted sums, however they are written: of which tensors, and with what weights.

    a·x + b·y        einsum("n,n…->…", w, stack([x, y]))        (w · stack([x, y])).sum(0)

are sums of two terms. A term is followed back from the sum to the tensor that is summed, through
views, casts and products with weights, which are constants, parameters or computed. A product with
a matrix over an axis of streams, as hyper-connections have one, keeps their number.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from visualize.annotate.skips.contraction import Contraction, contraction_of
from visualize.annotate.skips.flow import Flow
from visualize.core.arguments import does_nothing
from visualize.core.operators import (
    CONCAT,
    COPIES,
    DIVIDE,
    IDENTITY,
    NORM,
    RESHAPE,
    SLICE,
    MergeType,
    family,
    merge_type,
)

_SUMS = (MergeType.ADD, MergeType.SUBTRACT)


@dataclass(frozen=True, slots=True)
class _Step:
    """A node on the way from a tensor to a sum, and the way from there."""

    node: str
    after: _Step | None


@dataclass(frozen=True, slots=True)
class Term:
    """A tensor in a weighted sum.

    Attributes:
        source: the node that computes it.
        is_weighted: whether a parameter, or a tensor that is computed, multiplies it.
        streams: size of the axis over which a matrix mixes it; 1 if none does.
    """

    source: str
    is_weighted: bool = False
    streams: int = 1
    _way: _Step | None = None

    @property
    def way(self) -> tuple[str, ...]:
        """The nodes between the tensor and the sum, in order."""
        nodes, step = [], self._way
        while step:
            nodes.append(step.node)
            step = step.after
        return tuple(nodes)

    def before(self, source: str, *nodes: str) -> Term:
        """The same term, earlier: ``nodes``, of which the last comes first, carry ``source`` on."""
        way = self._way
        for node in nodes:
            way = _Step(node, way)
        return replace(self, source=source, _way=way)


class _Streams(NamedTuple):
    """Tensors that are stacked: how many, and along which axis, from the end, if that is known."""

    size: int
    axis: int | None = None

    def fits(self, size: int, axis: int | None) -> bool:
        """Whether a sum over an axis may be one over these."""
        return self.size == size and (None in (self.axis, axis) or self.axis == axis)


_OUTER = _Streams(1)  # nothing is summed by an outer product


@dataclass(frozen=True, slots=True)
class WeightedSum:
    """A sum of tensors.

    Attributes:
        node: the node that computes it.
        terms: what is summed.
        is_stacked: whether the tensors are stacked, and the sum is one over the stack.
    """

    node: str
    terms: tuple[Term, ...]
    is_stacked: bool


def weighted_sums(flow: Flow) -> Iterator[WeightedSum]:
    """The sums of two or more tensors; those that are only part of another sum are not listed."""
    for node in flow.order:
        if is_sum(flow, node):
            if not _is_part(flow, node):
                yield WeightedSum(node, _terms(flow, node), is_stacked=False)
            continue
        contraction = contraction_of(flow, node)
        if contraction and contraction.size > 1:
            pieces = list(_stacked(flow, contraction))
            if len(pieces) == contraction.size:
                yield WeightedSum(node, tuple(_weighed(flow, contraction, pieces)), is_stacked=True)


def size_of(flow: Flow, node: str) -> int:
    """The number of values in the first tensor that a node returns."""
    outputs = flow.operations[node].outputs
    return math.prod(outputs[0].shape) if outputs else 0


def is_sum(flow: Flow, node: str) -> bool:
    """Whether a node adds or subtracts two tensors."""
    return merge_type(flow.operations[node].type) in _SUMS and len(flow.inflows[node]) > 1


def _is_part(flow: Flow, node: str) -> bool:
    """Whether another sum is the only one that reads a sum, directly or through casts."""
    readers = flow.readers[node]
    while len(readers) == 1:
        if is_sum(flow, readers[0]):
            return True
        if not _keeps(flow, readers[0]):
            return False
        readers = flow.readers[readers[0]]
    return False


def _keeps(flow: Flow, node: str) -> bool:
    """Whether a node returns what it reads."""
    operation = flow.operations[node]
    keeps = family(operation.type) in IDENTITY or does_nothing(operation)
    return keeps and len(flow.inflows[node]) == 1


def _terms(flow: Flow, node: str) -> tuple[Term, ...]:
    """The terms of an add, followed back; streams are mixed where something without is added.

    What the add itself broadcasts holds no streams that could have been mixed: it is the work of a
    layer, or a condition such as the shift of a modulation.
    """
    added = list(_added(flow, node))
    terms = tuple(_followed(flow, term) for term in added)
    whole = size_of(flow, node)
    streams = frozenset(
        _Streams(whole // own, _spread(flow, (term.source, *term.way, node)))
        for term in terms
        if 0 < (own := size_of(flow, term.source)) <= whole // 2
    )
    if not streams:
        return terms
    return tuple(
        _followed(flow, term, streams if size_of(flow, term.source) == whole else frozenset())
        for term in added
    )


def _spread(flow: Flow, way: Sequence[str]) -> int | None:
    """The axis, from the end, along which a tensor is repeated on its way; None if not known."""
    axis = None
    for before, after in itertools.pairwise(way):
        if family(flow.operations[after].type) in RESHAPE | COPIES:
            axis = None
        elif size_of(flow, after) > size_of(flow, before):
            own, result = flow.shape(before) or (), flow.shape(after) or ()
            padded = (*itertools.repeat(1, len(result) - len(own)), *own)
            grown = [at for at, (one, other) in enumerate(zip(padded, result)) if one != other]
            axis = grown[0] - len(result) if len(grown) == 1 else None
    return axis


def _added(flow: Flow, node: str) -> Iterator[Term]:
    """The terms of an add, and of the adds that are only part of it, in order."""
    waiting = [Term(inflow.source) for inflow in reversed(flow.inflows[node])]
    while waiting:
        term = kept = waiting.pop()
        while _keeps(flow, kept.source):
            kept = kept.before(flow.inflows[kept.source][0].source, kept.source)
        if is_sum(flow, kept.source) and _is_part(flow, kept.source):
            inflows = reversed(flow.inflows[kept.source])
            waiting += [kept.before(inflow.source, kept.source) for inflow in inflows]
        else:
            yield term


def _weighed(flow: Flow, contraction: Contraction, pieces: list[Term]) -> Iterator[Term]:
    for piece in pieces:
        yield _followed(flow, replace(piece, is_weighted=contraction.is_weighted))


def _stacked(flow: Flow, contraction: Contraction) -> Iterator[Term]:
    """The tensors that a sum over an axis stacks along it; others, or none, if it does not."""
    unit = size_of(flow, contraction.carried) // contraction.size
    waiting = [(Term("").before(contraction.carried, *contraction.way), contraction.axis)]
    while waiting:
        piece, axis = waiting.pop()
        node, inflows = piece.source, flow.inflows[piece.source]
        name = family(flow.operations[node].type)
        if size_of(flow, node) == unit:
            yield piece
        elif is_view(flow, node) or (name in NORM and len(inflows) == 1):
            is_moved = flow.shape(inflows[0].source) != flow.shape(node)
            waiting.append((piece.before(inflows[0].source, node), None if is_moved else axis))
        elif name == "stack" or name in CONCAT:
            if axis not in (None, flow.dimension(node) - len(flow.shape(node) or ())):
                return
            waiting.extend((piece.before(one.source, node), None) for one in reversed(inflows))
        elif _scales(name) and (scaled := _unscaled(flow, piece)):
            waiting.append((scaled, axis))
        else:
            return


def _followed(flow: Flow, term: Term, streams: frozenset[_Streams] = frozenset()) -> Term:
    """A term as far back as it is only viewed or scaled, or mixed over an axis of ``streams``."""
    while True:
        earlier = _earlier(flow, term, streams)
        if earlier is None:
            return term
        term = earlier


def _earlier(flow: Flow, term: Term, streams: frozenset[_Streams]) -> Term | None:
    node = term.source
    name, inflows = family(flow.operations[node].type), flow.inflows[node]
    if is_view(flow, node):
        return term.before(inflows[0].source, node)
    if _scales(name):
        return _unscaled(flow, term)
    if name in SLICE and len(inflows) == 1:
        # Of what is mixed, a slice keeps as many streams as there were before.
        sliced = term.before(inflows[0].source, node)
        return _unmixed(flow, sliced, size_of(flow, node), streams)
    return _unmixed(flow, term, size_of(flow, node), streams | {_OUTER})


def is_view(flow: Flow, node: str) -> bool:
    """Whether a node has the values that it reads, in whatever shape, and no others."""
    name, inflows = family(flow.operations[node].type), flow.inflows[node]
    if len(inflows) != 1:
        return False
    if _keeps(flow, node) or name in RESHAPE | COPIES:
        return True
    # A slice may be whole, a stack may be one of a single tensor.
    is_whole = size_of(flow, inflows[0].source) == size_of(flow, node)
    return is_whole and (name == "stack" or name in SLICE | CONCAT)


def _scales(name: str) -> bool:
    return name == "neg" or name in DIVIDE or merge_type(name) is MergeType.MULTIPLY


def _unscaled(flow: Flow, term: Term) -> Term | None:
    """A term before its product with a weight, which has fewer values than the result."""
    node, inflows = term.source, flow.inflows[term.source]
    if len(inflows) == 1:
        scaled = replace(term, is_weighted=term.is_weighted or bool(flow.weights[node]))
        return scaled.before(inflows[0].source, node)
    if len(inflows) != 2:
        return None
    small, large = sorted((inflow.source for inflow in inflows), key=lambda one: size_of(flow, one))
    if size_of(flow, small) == size_of(flow, node):
        return None
    return replace(term, is_weighted=True).before(large, node)


def _unmixed(flow: Flow, term: Term, size: int, streams: frozenset[_Streams]) -> Term | None:
    """A term before its product with a matrix over streams, or its outer product with a vector.

    Args:
        size: the number of values that there must be before the streams are mixed.
        streams: how many there may be, and along which axis.
    """
    found = contraction_of(flow, term.source)
    if found is None or not found.is_weighted:
        return None
    is_moved = any(family(flow.operations[one].type) in RESHAPE for one in term.way)
    axis = found.axis if found.is_kept and not is_moved else None
    if not any(one.fits(found.size, axis) for one in streams):
        return None
    if found.size > 1 and (term.streams > 1 or size_of(flow, found.carried) != size):
        return None
    mixed = replace(term, is_weighted=True, streams=term.streams * found.size)
    return mixed.before(found.carried, term.source, *reversed(found.way))
