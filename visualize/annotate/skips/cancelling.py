"""Sums and differences that combine nothing.

z ──────────▶ + ▶ q          a straight-through estimator passes q
q ▶ − ▶ detach ┘
z ──┘
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from visualize.annotate.skips.chain import carried
from visualize.annotate.skips.effects import COMPUTED, Effect, effect_of, scale_of
from visualize.annotate.skips.flow import Flow
from visualize.core.architecture import NodeKind
from visualize.core.operators import SUBTRACT, MergeType, family, merge_type

_REACH = 16  # operations between the two
_MOST = 64  # operations between a difference and what measures it


def find_cancelling(flow: Flow) -> frozenset[str]:
    """The sums that add a tensor which they also subtract, and the differences inside them."""
    found: set[str] = set()
    for node in flow.order:
        if len(flow.inflows[node]) == 2 and _adds(flow, node):
            outer = list(_terms(flow, node))
            for source, sign in outer:
                inner = _bare(flow, source)
                if inner != node and len(flow.inflows[inner]) == 2 and _adds(flow, inner):
                    others = {(_bare(flow, one), one_sign) for one, one_sign in outer}
                    terms = _terms(flow, inner)
                    if any((_bare(flow, one), -sign * own) in others for one, own in terms):
                        found |= {node, inner}
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Interpolation:
    """A sum that moves a tensor towards another: `x + g·(y − x)`, which is `(1 − g)·x + g·y`.

    Attributes:
        start: what it moves.
        difference: the node that subtracts it.
        scale: what is left of it: a number, or what that is computed from.
    """

    start: str
    difference: str
    scale: str


def find_interpolations(flow: Flow) -> dict[str, Interpolation]:
    """The sums that are interpolations."""
    found: dict[str, Interpolation] = {}
    for node in flow.order:
        if len(flow.inflows[node]) != 2 or merge_type(flow.type(node)) is not MergeType.ADD:
            continue
        terms = [source for source, _ in _terms(flow, node)]
        for source, start in (terms, terms[::-1]):
            way = list(_scaled_way(flow, source))
            inner = way.pop() if way else ""
            if not way or len(flow.inflows[inner]) != 2:
                continue
            if (start, -1) in _terms(flow, inner):
                scale = scale_of(flow, way)
                known = scale.replace(".", "").isdigit()
                left = f"{1 - float(scale):g}" if known else scale or COMPUTED
                found[node] = Interpolation(start, inner, left)
    return found


def _scaled_way(flow: Flow, node: str) -> Iterator[str]:
    """The products from ``node`` back to what they scale, which nothing else reads."""
    while len(flow.readers[node]) == 1:
        yield node
        source = carried(flow, node)
        if merge_type(flow.type(node)) is not MergeType.MULTIPLY or source is None:
            return
        node = source


def is_measured(flow: Flow, node: str) -> bool:
    """Whether a difference is only reduced to one value a sample, as a loss is."""
    seen, waiting = {node}, [node]
    while waiting:
        readers = flow.readers[waiting.pop()]
        if not readers:
            return False
        for reader in readers:
            is_end = flow.operations[reader].kind is NodeKind.OUTPUT
            if is_end or flow.weights[reader] or len(seen) == _MOST:
                return False
            if reader not in seen and flow.holds_feature(reader):
                seen.add(reader)
                waiting.append(reader)
    return True


def _adds(flow: Flow, node: str) -> bool:
    return merge_type(flow.type(node)) in (MergeType.ADD, MergeType.SUBTRACT)


def _terms(flow: Flow, node: str) -> Iterator[tuple[str, int]]:
    """The two tensors that ``node`` combines, and whether it adds or subtracts them."""
    name = family(flow.type(node))
    subtracted = int(name != "rsub")
    for number, inflow in enumerate(flow.inflows[node]):
        yield inflow.source, -1 if name in SUBTRACT and number == subtracted else 1


def _bare(flow: Flow, node: str) -> str:
    """What ``node`` is, before it was detached, cast or viewed."""
    for _ in range(_REACH):
        if len(flow.inflows[node]) != 1 or effect_of(flow, node) is not Effect.KEEPS:
            break
        node = flow.inflows[node][0].source
    return node
