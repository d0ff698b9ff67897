"""Functions that a model marks as one operation are one box, as their call is in the code."""

from __future__ import annotations

from dataclasses import replace

from visualize.core.architecture import NodeKind, Operation
from visualize.core.calls import FunctionCall
from visualize.core.diagram import Box, Diagram, Idiom
from visualize.core.words import operation
from visualize.simplify.contract import Cluster, contract, runs


def close_functions(diagram: Diagram) -> Diagram:
    """Make one box of each call of such a function, named after it.

    A function that holds a skip connection stays open, as a module does.
    """
    if not any(one.function for one in diagram.exact.operations):
        return diagram
    merges = {skip.merge for skip in diagram.skips}
    clusters: list[Cluster] = []
    closed: dict[str, FunctionCall] = {}
    for call, boxes in runs(diagram.boxes, lambda box: box.core.function):
        if call is None or any(box.id in merges for box in boxes):
            clusters += (Cluster.single(box.id) for box in boxes)
            continue
        closed[boxes[-1].id] = call
        clusters.append(Cluster(boxes[-1].id, tuple(box.id for box in boxes)))
    contracted = contract(diagram, clusters, keeps_plain=True)
    return contracted.with_boxes(
        _named(contracted.box(node), call) for node, call in closed.items()
    )


def _named(box: Box, call: FunctionCall) -> Box:
    """A box as that of the function; like an idiom, it is where its last operation is."""
    last = box.core
    core = Operation(
        id=last.id,
        kind=NodeKind.FUNCTION,
        type=call.type,
        index=last.index,
        path=last.path,
        calls=last.calls,
        attributes=call.attributes,
        outputs=last.outputs,
        function=call,
    )
    idiom = Idiom((operation(core),), last.id, frozenset(box.members))
    return replace(Box.of(core), operations=box.operations, weights=box.weights, idioms=(idiom,))
