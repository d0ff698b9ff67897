"""Sums that look residual and are no skip connections, with what the search decided about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from visualize.annotate.skips.flow import Flow
from visualize.annotate.skips.merges import Merge, Operand
from visualize.core.arguments import does_nothing
from visualize.core.choices import Refusal
from visualize.core.operators import IDENTITY, MergeType, family
from visualize.core.skips import Untyped

_SUMS = (MergeType.ADD, MergeType.SUBTRACT)
_RANKS = {reason: rank for rank, reason in enumerate(Refusal)}
_REACH = 16  # operations that leave a tensor as it is, between two uses of it


def untyped(merge: Merge, refused: Sequence[tuple[Operand, str, Refusal]]) -> list[Untyped]:
    """A sum without a skip connection, if one of its operands looks like one.

    Args:
        merge: the sum.
        refused: its operands that share an origin with others, the origin, and why each is none.
    """
    if merge.type not in _SUMS or not refused:
        return []
    operand, fork, reason = min(refused, key=lambda one: _RANKS[one[2]])
    return [_untyped(merge, operand, fork, reason)]


def doubled(flow: Flow, merge: Merge) -> list[Untyped]:
    """A sum that adds one tensor to itself, and subtracts it nowhere."""
    if merge.type is not MergeType.ADD:
        return []
    bare = [(_bare(flow, one.source), one) for one in merge.operands if not one.is_factor]
    times = Counter((source, one.sign, one.scale) for source, one in bare)
    for source, operand in bare:
        is_subtracted = any(other == source and one.sign < 0 for other, one in bare)
        if times[source, operand.sign, operand.scale] > 1 and not is_subtracted:
            return [_untyped(merge, operand, source, Refusal.SAME)]
    return []


def _untyped(merge: Merge, operand: Operand, fork: str, reason: Refusal) -> Untyped:
    others = [one.tensor.shape for one in merge.operands if one is not operand and one.tensor]
    return Untyped(
        merge.node,
        reason,
        fork,
        operand.tensor.shape if operand.tensor else (),
        tuple(others),
        merge.shape or (),
    )


def _bare(flow: Flow, node: str) -> str:
    """What ``node`` is, before it was copied, cast or dropped out."""
    for _ in range(_REACH):
        operation = flow.operations[node]
        keeps = family(operation.type) in IDENTITY or does_nothing(operation)
        if len(flow.inflows[node]) != 1 or not keeps:
            break
        node = flow.inflows[node][0].source
    return node
