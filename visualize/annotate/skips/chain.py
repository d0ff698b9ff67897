"""The chain of what arrives at a merge: the nodes that carry it, one before the other.

    fork ─▶ × gate ─▶ split ─▶ pieces ─▶ cat ─▶ merge
     x₀       x₁        x₂ └───────────────┘ x₂

A chain goes back through a node with one feature input, through a product with a gate, and from a
concat of all the pieces of a split to what was split.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from visualize.annotate.skips.effects import Effect, effect_of
from visualize.annotate.skips.flow import Flow
from visualize.annotate.skips.pieces import Piece, piece_of
from visualize.core.arguments import literal
from visualize.core.operators import (
    CONCAT,
    COPIES,
    MOVES,
    SUBTRACT,
    MergeType,
    family,
    merge_type,
)

# What a number between 0 and 1 is computed with, at the end of a gate.
SQUASHES = frozenset({"sigmoid", "hardsigmoid", "softmax"})

# At most this many operations are between a split and the concat of its pieces, on each of them.
_REACH = 16


@dataclass(frozen=True, slots=True)
class Link:
    """A step of a chain.

    Attributes:
        node: the node it leads back to.
        passed: the nodes between the last step and this one, those of its split pieces included.
        readers: those of ``passed`` that read ``node``.
    """

    node: str
    passed: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()


def chain(flow: Flow, node: str) -> Iterator[Link]:
    """``node`` and what carries it, back to where features meet or begin."""
    yield Link(node)
    while True:
        link = _before(flow, node)
        if link is None:
            return
        yield link
        node = link.node


def carried(flow: Flow, node: str) -> str | None:
    """The feature that ``node`` carries on, if there is one."""
    inflows = flow.inflows[node]
    if len({inflow.source for inflow in inflows}) == 1 and (
        len(inflows) == 1 or family(flow.type(node)) in CONCAT
    ):
        return inflows[0].source
    if len(inflows) == 2 and merge_type(flow.type(node)) is MergeType.MULTIPLY:
        return _scaled(flow, node)
    return None


def _before(flow: Flow, node: str) -> Link | None:
    source = carried(flow, node)
    if source is not None:
        return Link(source, (node,), (node,))
    return _whole(flow, node)


def _scaled(flow: Flow, node: str) -> str | None:
    """Which factor of a product is scaled by the other, a gate."""
    one, other = flow.inflows[node]
    if one.source == other.source:
        return None
    full = [
        inflow.wire.tensor is not None and inflow.wire.tensor.shape == flow.shape(node)
        for inflow in (one, other)
    ]
    gates = [_is_gate(flow, inflow.source) for inflow in (one, other)]
    if full[0] and (not full[1] or (gates[1] and not gates[0])):
        return one.source
    if full[1] and (not full[0] or (gates[0] and not gates[1])):
        return other.source
    return None


def _is_gate(flow: Flow, node: str) -> bool:
    """Whether a tensor ends as gates do: a sigmoid or softmax, or 1 less it."""
    while True:
        name = family(flow.type(node))
        if name in SQUASHES:
            return True
        complements = name in SUBTRACT and literal(flow.operations[node])[0] == 1
        if len(flow.inflows[node]) != 1 or not (complements or name in MOVES | COPIES):
            return False
        node = flow.inflows[node][0].source


def _whole(flow: Flow, node: str) -> Link | None:
    """The tensor whose pieces ``node`` joins again, all of them, in whatever order."""
    if family(flow.type(node)) not in CONCAT:
        return None
    passed = {node}
    split, size = "", 0
    readers: list[str] = []
    pieces: list[Piece] = []
    for inflow in flow.inflows[node]:
        way = list(_to_split(flow, inflow.source))
        if not way:
            return None
        source = flow.inflows[way[-1]][0].source
        if split and source != split:
            return None
        split = source
        piece = piece_of(flow, way[-1], split)
        if any(piece.overlaps(other) for other in pieces):
            return None
        pieces.append(piece)
        readers.append(way[-1])
        passed.update(way)
        size += math.prod(flow.shape(way[-1]) or ())
    if not split or size != sum(math.prod(one.shape) for one in flow.operations[split].outputs):
        return None
    ordered = sorted(passed, key=flow.position.__getitem__)
    return Link(split, tuple(ordered), tuple(readers))


def _to_split(flow: Flow, node: str) -> Iterator[str]:
    """The nodes back to the one that takes a piece; nothing if they lead elsewhere."""
    way = [node]
    while effect_of(flow, way[-1]) is not Effect.TAKES:
        if len(flow.inflows[way[-1]]) != 1 or flow.weights[way[-1]] or len(way) == _REACH:
            return
        way.append(flow.inflows[way[-1]][0].source)
    yield from way
