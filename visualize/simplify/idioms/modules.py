"""A module that is a formula is one box with the name of its class: ``RMSNorm``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from visualize.core.architecture import ModuleCall, NodeKind
from visualize.core.diagram import Box, BoxKind, Diagram, Idiom
from visualize.core.layers import is_weighted, layer_of
from visualize.core.operators import ATTENTION, COPIES, MOVES, NORM, Category, family, operator
from visualize.core.phrases import Phrase, verbatim
from visualize.simplify.contract import Cluster, Collapsed, contract, runs

# Containers that say nothing about what they hold.
_PLAIN = frozenset({"Sequential", "ModuleList", "ModuleDict", "Identity"})


def name_formulas(diagram: Diagram) -> Diagram:
    """Make one box of each call of a module that holds no other module with weights: a norm.

    It is named after the class, or as the norm or attention that it is by its formula. What it
    computes with weight matrices of its own belongs to it, as in a router, or in experts that
    share one parameter. A module that holds a skip connection, a single operation, an input or
    output, or a learned token that it only moves or joins to data stays as it is, and so does one
    that does other work in between.
    """
    formulas = _formulas(diagram)
    if not formulas:
        return diagram
    clusters: list[Cluster] = []
    for call, boxes in runs(diagram.boxes, lambda box: _outermost(box, formulas)):
        if call is None or len(boxes) != formulas[call] or _is_norm_and_activation(boxes):
            clusters.extend(Cluster.single(box.id) for box in boxes)
        else:
            clusters.append(_formula(diagram, call, boxes))
    contracted = contract(diagram, clusters)
    return contracted.with_boxes(
        replace(box, idioms=(_idiom(box),))
        for box in contracted.boxes
        if box.kind is BoxKind.FORMULA
    )


def _is_norm_and_activation(boxes: Sequence[Box]) -> bool:
    """Whether a module is a norm, an activation and what does nothing; each joins a layer."""
    kinds = [operator(box.does).category for box in boxes]
    works = [kind for kind in kinds if kind is not Category.IDENTITY]
    return len(boxes) > 1 and works in ([Category.NORM], [Category.NORM, Category.ACTIVATION])


def _idiom(box: Box) -> Idiom:
    """A formula as what it is in a box that it is fused into."""
    name = operator(box.does).word or box.type
    return Idiom((verbatim(name),), box.operations[-1].id, frozenset(box.members))


def _formula(diagram: Diagram, call: ModuleCall, boxes: Sequence[Box]) -> Cluster:
    """All of a call as one box, which lies in the calls up to this one.

    A layer that only pads, casts or moves what it reads or returns is this layer.
    """
    first, nodes = boxes[0], tuple(box.id for box in boxes)
    are_operations = all(box.kind is BoxKind.OPERATION for box in boxes)
    layer = layer_of(box.core for box in boxes) if are_operations else None
    if layer:
        return Cluster(layer.id, nodes)
    kind = diagram.exact.modules[call.path]
    if len(boxes) == 1 and operator(kind).word != operator(first.type).word:
        kind = first.type  # the class of a norm may be called anything
    collapsed = Collapsed(
        id=diagram.exact.call_ids[call],
        kind=BoxKind.FORMULA,
        type=kind,
        path=call.path,
        calls=first.calls[: first.calls.index(call) + 1],
        counts_as=_counts_as(diagram, kind, boxes),
        label=_attention_label(boxes),
    )
    return Cluster(first.id, nodes, collapsed)


def _attention_label(boxes: Sequence[Box]) -> tuple[str | Phrase, ...]:
    """What a module is called that is one attention, by its formula; empty for all others."""
    found = [box.label for box in boxes if family(box.does) in ATTENTION]
    return found[0] if len(found) == 1 else ()


def _counts_as(diagram: Diagram, class_name: str, boxes: Sequence[Box]) -> str:
    """What a module that is a formula is treated like: its class, if its name can be believed.

    A norm or activation returns the shape that it reads and works with vectors at most. What only
    has the name of another layer is not that layer: it would be a box of one operation.
    """
    category = operator(class_name).category
    if category in (Category.NORM, Category.ACTIVATION):
        weights = [weight for box in boxes for weight in box.weights]
        read = [wire.tensor for _, _, wire in diagram.inputs(boxes[0].id) if wire.data]
        shapes = {tensor.shape for tensor in (*read[:1], *boxes[-1].outputs[:1]) if tensor}
        if len(shapes) == 1 and all(math.prod(one) == max(one, default=1) for one in weights):
            return ""
    return "" if category in (Category.ATTENTION, Category.OTHER) else BoxKind.FORMULA.value


def _formulas(diagram: Diagram) -> Mapping[ModuleCall, int]:
    """The calls that are one formula, with the number of operations in each."""
    sizes: dict[ModuleCall, int] = {}
    norms = {box.calls[-1] for box in diagram.boxes if box.calls and _is_norm(box)}
    excluded: set[ModuleCall] = set()
    # Calls that hold a learned token, those that compute anything, and those that do so on data.
    tokens, computing, on_data = set[ModuleCall](), set[ModuleCall](), set[ModuleCall]()
    merges = {skip.merge for skip in diagram.skips}
    for box in diagram.boxes:
        for call in box.calls:
            sizes[call] = sizes.get(call, 0) + 1
        if box.core.kind is NodeKind.CONSTANT:
            tokens.update(box.calls)
        elif family(box.type) not in MOVES | COPIES:
            computing.update(box.calls)
        if box.id not in diagram.sides:
            on_data.update(box.calls)
        if box.kind.is_end or merges.intersection(box.members):
            excluded.update(box.calls)
        elif is_weighted(box):
            belongs = box.core.kind is NodeKind.CONSTANT or _has_own_weights(box)
            excluded.update(box.calls[: -1 if belongs else None])
    kinds = diagram.exact.modules
    excluded |= tokens - (computing - on_data)
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
    own = {box.path, f"{box.path}.parametrizations"}  # where torch keeps what it parametrises
    return box.core.kind is NodeKind.FUNCTION and bool(owners) and owners <= own


def _outermost(box: Box, formulas: Mapping[ModuleCall, int]) -> ModuleCall | None:
    return next((call for call in box.calls if call in formulas), None)
