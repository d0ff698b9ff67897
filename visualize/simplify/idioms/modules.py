"""A module that is a formula is one box with the name of its class: ``RMSNorm``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from visualize.core.architecture import ModuleCall, NodeKind
from visualize.core.diagram import Box, BoxKind, Diagram, Idiom
from visualize.core.operators import NORM, family, has_weight_matrix, operator
from visualize.core.phrases import verbatim
from visualize.simplify.contract import Cluster, Collapsed, contract, runs

# Containers that say nothing about what they hold.
_PLAIN = frozenset({"Sequential", "ModuleList", "ModuleDict", "Identity"})


def name_formulas(diagram: Diagram) -> Diagram:
    """Make one box of each call of a module that holds no weighted layer: a norm, an activation.

    It is named after the class, or as the norm that it is by its formula. What it computes with
    weight matrices of its own belongs to it, as in a router, or in experts that share one
    parameter. A module that holds a skip connection, a single operation or an input or output
    stays as it is, and so does one that does other work in between.
    """
    formulas = _formulas(diagram)
    if not formulas:
        return diagram
    clusters: list[Cluster] = []
    for call, boxes in runs(diagram.boxes, lambda box: _outermost(box, formulas)):
        if call is None or len(boxes) != formulas[call]:
            clusters.extend(Cluster.single(box.id) for box in boxes)
        else:
            clusters.append(_formula(diagram, call, boxes))
    contracted = contract(diagram, clusters)
    return contracted.with_boxes(
        replace(box, idioms=(_idiom(box),))
        for box in contracted.boxes
        if box.kind is BoxKind.FORMULA
    )


def _idiom(box: Box) -> Idiom:
    """A formula as what it is in a box that it is fused into."""
    name = operator(box.type).word or box.type
    return Idiom((verbatim(name),), box.operations[-1].id, frozenset(box.members))


def _formula(diagram: Diagram, call: ModuleCall, boxes: Sequence[Box]) -> Cluster:
    """All of a call as one box, which lies in the calls up to this one."""
    first, kind = boxes[0], diagram.exact.modules[call.path]
    if len(boxes) == 1 and operator(kind).word != operator(first.type).word:
        kind = first.type  # the class of a norm may be called anything
    collapsed = Collapsed(
        id=diagram.exact.call_ids[call],
        kind=BoxKind.FORMULA,
        type=kind,
        path=call.path,
        calls=first.calls[: first.calls.index(call) + 1],
    )
    return Cluster(first.id, tuple(box.id for box in boxes), collapsed)


def _formulas(diagram: Diagram) -> Mapping[ModuleCall, int]:
    """The calls that are one formula, with the number of operations in each."""
    sizes: dict[ModuleCall, int] = {}
    norms = {box.calls[-1] for box in diagram.boxes if box.calls and _is_norm(box)}
    excluded: set[ModuleCall] = set()
    merges = {skip.merge for skip in diagram.skips}
    for box in diagram.boxes:
        for call in box.calls:
            sizes[call] = sizes.get(call, 0) + 1
        if box.kind.is_end or merges.intersection(box.members):
            excluded.update(box.calls)
        elif has_weight_matrix(box.type, box.weights):
            excluded.update(box.calls[: -1 if _has_own_weights(box) else None])
    kinds = diagram.exact.modules
    return {
        call: size
        for call, size in sizes.items()
        if (size > 1 or call in norms)
        and call not in excluded
        and kinds.get(call.path, "Sequential") not in _PLAIN
    }


def _is_norm(box: Box) -> bool:
    """Whether a box is a norm that is known by its formula."""
    return box.kind is BoxKind.IDIOM and family(box.type) in NORM


def _has_own_weights(box: Box) -> bool:
    """Whether a function works with parameters of the very module that calls it."""
    owners = {one.path.rpartition(".")[0] for one in box.operations if one.weights}
    return box.core.kind is NodeKind.FUNCTION and owners == {box.path}


def _outermost(box: Box, formulas: Mapping[ModuleCall, int]) -> ModuleCall | None:
    return next((call for call in box.calls if call in formulas), None)
