"""Weighted sums of earlier tensors that are no plain adds: one box each, with all it sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from visualize.core.architecture import NodeKind, Skip, SkipKind
from visualize.core.diagram import BoxKind, Diagram, Idiom
from visualize.core.phrases import phrase
from visualize.simplify.contract import absorb


def name_mixes(diagram: Diagram) -> Diagram:
    """Make one box of a stack of earlier tensors, of their weights and of the sum over the stack.

        h₀ ─▶ stack ─▶ einsum ─▶ softmax ─▶ einsum
        h₁ ──┘  └────────────────────────────┘

    An add of streams is drawn as the merge that it is.
    """
    place = {box.id: number for number, box in enumerate(diagram.boxes)}
    hosts: dict[str, str] = {}
    mixes: dict[str, int] = {}
    for skip in diagram.skips:
        merge = diagram.host(skip.merge)
        if skip.kind is SkipKind.MIXED and not diagram.box(merge).core.merges:
            mixes[merge] = skip.streams or 0
            hosts.update(dict.fromkeys(_weighing(diagram, place, skip), merge))
    if not mixes:
        return diagram
    absorbed = absorb(diagram, hosts)
    boxes = []
    for node, number in mixes.items():
        label = (phrase("weighted sum of {number}", number=number),)
        box = absorbed.box(node)
        idiom = Idiom(label, box.core.id, frozenset(box.members))
        boxes.append(replace(box, kind=BoxKind.IDIOM, label=label, idioms=(idiom,)))
    return absorbed.with_boxes(boxes)


def _weighing(diagram: Diagram, place: Mapping[str, int], skip: Skip) -> set[str]:
    """The boxes that stack the tensors of a mix, and those that only compute its weights.

    Args:
        diagram: one box for each operation.
        place: the number of each box, in order.
        skip: the mixed connection.
    """
    merge = diagram.host(skip.merge)
    inside = {merge}
    tensors = {diagram.host(node) for node in (skip.fork, *skip.bypassed)}
    waiting = {source for source, _, _ in diagram.inputs(merge)}
    while waiting:
        # Latest first: all that read its result have been seen.
        node = max(waiting, key=place.__getitem__)
        waiting.remove(node)
        box = diagram.box(node)
        is_layer = box.core.kind is NodeKind.MODULE and bool(box.weights)
        is_whole = inside.issuperset(diagram.graph.successors(node))
        if is_whole and not is_layer and not box.kind.is_end and node not in tensors:
            inside.add(node)
            waiting |= {source for source, _, _ in diagram.inputs(node)}
    return inside - {merge}
