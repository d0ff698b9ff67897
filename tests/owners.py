"""Whether each layer is in a box that is labelled for it, or for a module around it."""

from __future__ import annotations

from visualize.core.architecture import Architecture, NodeKind, Operation
from visualize.core.choices import Level
from visualize.core.diagram import Box, BoxKind
from visualize.core.operators import ACTIVATION, EMBEDDING, NORM, family
from visualize.simplify import simplify


def misplaced(exact: Architecture) -> list[tuple[Level, str, str]]:
    """Every layer with weights that a box of another module holds, at any level.

    A stage is a run of modules of one class, or of layers, and says how many it holds. Norms and
    activations join the layer before them, which says so; what a skip branch holds joins
    its merge, and is written beside the line; a table that is looked up is named where it is added.

    Returns:
        level, id of the box and path of the layer of each.
    """
    beside = {node for skip in exact.unrolled_skips for node in skip.branch}
    return [
        (level, box.id, one.path)
        for level in Level
        if level is not Level.AUTO
        for box in simplify(exact, level, folded=False).boxes
        if box.kind is not BoxKind.STAGE
        for one in box.operations
        if one.kind is NodeKind.MODULE and one.weights
        if not (one.id in beside or _joins(one) or _is_inside(one, box))
    ]


def _joins(one: Operation) -> bool:
    return family(one.does) in NORM | ACTIVATION | EMBEDDING


def _is_inside(one: Operation, box: Box) -> bool:
    """Whether a layer is called in the module that a box is of."""
    home = box.path
    if box.kind is BoxKind.IDIOM and box.core.kind is NodeKind.MODULE:  # it ends beside others
        home = box.calls[-2].path if len(box.calls) > 1 else ""
    called = [call.path for call in one.calls]
    return one.id == box.core.id or not home or home in called or one.path.startswith(f"{home}.")
