"""A module that is a formula is one box with the name of its class: ``RMSNorm``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from visualize.core.architecture import ModuleCall, NodeKind
from visualize.core.diagram import Box, BoxKind, Diagram
from visualize.core.operators import has_weight_matrix
from visualize.simplify.contract import Cluster, Collapsed, contract, runs

# Containers that say nothing about what they hold.
_PLAIN = frozenset({"Sequential", "ModuleList", "ModuleDict", "Identity"})


def name_formulas(diagram: Diagram) -> Diagram:
    """Make one box of each call of a module that holds no weighted layer: a norm, an activation.

    It is named after the class. What it computes with weight matrices of its own belongs to it, as
    in a router, or in experts that share one parameter. A module that holds a skip connection, a
    single operation or an input or output stays as it is, and so does one that does other work in
    between.
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
    return contract(diagram, clusters)


def _formula(diagram: Diagram, call: ModuleCall, boxes: Sequence[Box]) -> Cluster:
    """All of a call as one box, which lies in the calls up to this one."""
    first = boxes[0]
    collapsed = Collapsed(
        id=diagram.exact.call_ids[call],
        kind=BoxKind.FORMULA,
        type=diagram.exact.modules[call.path],
        path=call.path,
        calls=first.calls[: first.calls.index(call) + 1],
    )
    return Cluster(first.id, tuple(box.id for box in boxes), collapsed)


def _formulas(diagram: Diagram) -> Mapping[ModuleCall, int]:
    """The calls that are one formula, with the number of operations in each."""
    sizes: dict[ModuleCall, int] = {}
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
        if size > 1 and call not in excluded and kinds.get(call.path, "Sequential") not in _PLAIN
    }


def _has_own_weights(box: Box) -> bool:
    """Whether a function works with parameters of the very module that calls it."""
    owners = {one.path.rpartition(".")[0] for one in box.operations if one.weights}
    return box.core.kind is NodeKind.FUNCTION and owners == {box.path}


def _outermost(box: Box, formulas: Mapping[ModuleCall, int]) -> ModuleCall | None:
    return next((call for call in box.calls if call in formulas), None)
