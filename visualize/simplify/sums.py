"""Sums and products of several tensors, written as one expression: one merge each."""

from __future__ import annotations

import itertools
from collections.abc import Set as AbstractSet

from visualize.core.diagram import Box, BoxKind, Diagram
from visualize.core.operators import MergeType, merge_type
from visualize.simplify.contract import absorb

_ASSOCIATIVE = (MergeType.ADD, MergeType.MULTIPLY)


def join_sums(diagram: Diagram) -> Diagram:
    """Make one box of merges that follow each other, of the same kind, at once.

        a ─▶ + ◀─ b               a ──┐
             └─▶ + ◀─ c     is     b ─▶ +
                 └─▶ …             c ──┘

    Those where a skip connection ends stay as they are, as do those that join a side box to the
    data, and a sum with work between its additions, such as one over layers, where each layer adds
    its own.
    """
    sides = {diagram.host(node) for node in diagram.sides}
    ends = {diagram.host(skip.merge) for skip in diagram.skips}
    ends |= {target for source, target, _ in diagram.wires if source in sides}
    hosts = {
        box.id: following.id
        for box, following in itertools.pairwise(diagram.boxes)
        if _is_one_merge(diagram, box, following, ends)
    }
    return absorb(diagram, hosts) if hosts else diagram


def _is_one_merge(diagram: Diagram, box: Box, following: Box, ends: AbstractSet[str]) -> bool:
    """Whether what ``box`` merges is merged with more right afterwards, and goes nowhere else."""
    return (
        _merge(box) in _ASSOCIATIVE
        and _merge(box) is _merge(following)
        and box.calls == following.calls
        and not ends & {box.id, following.id}
        and diagram.graph.out_degree(box.id) == 1
        and diagram.graph.has_edge(box.id, following.id)
    )


def _merge(box: Box) -> MergeType | None:
    """How a box merges what it reads; None if it does more than that."""
    merges = box.kind is BoxKind.MERGE and not box.operands and not box.idioms
    return merge_type(box.core.type) if merges else None
