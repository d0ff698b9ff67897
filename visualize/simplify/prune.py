"""Put plumbing into the boxes it serves: sizes, constants, reshaping and what has no effect."""

from __future__ import annotations

import math
from dataclasses import replace

import networkx as nx

from visualize.core.architecture import NodeKind
from visualize.core.arguments import does_nothing, permutes
from visualize.core.diagram import Box, BoxKind, Diagram
from visualize.core.operators import (
    CONCAT,
    CONVOLUTION,
    COPIES,
    IDENTITY,
    JOIN,
    MOVES,
    PAD,
    POOL,
    SLICE,
    family,
)
from visualize.simplify.contract import absorb, follow
from visualize.simplify.lift import lift_shared
from visualize.simplify.side import mark_sides


def prune_plumbing(diagram: Diagram) -> Diagram:
    """Absorb what carries no data and is no side box of its own; see `mark_sides`.

    Sizes, index arithmetic, constants and what is computed from them alone go to the first
    operation that uses them; checks that nothing uses go to the operation they check; picking a
    tensor from a tuple goes to the operation that returned the tuple. Adding 0, multiplying by 1
    and joining a single tensor go to the one operation that uses the result, or to the one before.
    Side boxes that serve several modules are in none of them.
    """
    diagram = mark_sides(diagram)
    hosts: dict[str, str] = {}
    for box in reversed(diagram.boxes):
        if not _is_data(diagram, box):
            host = _first_user(diagram, box, hosts) or _origin(diagram, box)
            if host:
                hosts[box.id] = host
        elif family(box.type) == "getitem":
            (source, _, wire), *_ = diagram.inputs(box.id)
            if len(diagram.box(source).outputs) != 1 or wire.tensor is None:
                hosts[box.id] = source
        elif _does_nothing(diagram, box):
            joins = family(box.type) in CONCAT
            host = (joins and _only_user(diagram, box)) or _neighbour(diagram, box)
            if host:
                hosts[box.id] = host
    return lift_shared(absorb(diagram, hosts))


def _does_nothing(diagram: Diagram, box: Box) -> bool:
    """Whether an operation adds 0 and the like, or joins one tensor, as the first of a DenseNet."""
    if family(box.type) not in CONCAT or box.core.kind is not NodeKind.FUNCTION:
        return does_nothing(box.core)
    shapes = [wire.tensor.shape for *_, wire in diagram.inputs(box.id) if wire.tensor]
    return len(shapes) == 1 and [tensor.shape for tensor in box.outputs] == shapes


def prune_unused(diagram: Diagram) -> Diagram:
    """Absorb what is computed and never used, such as checks of the input.

    It goes to the last of the operations whose results it is made of, and brings no arrow from the
    others. Weighted layers and skip connections stay, and with them all that leads there.
    """
    merges = {skip.merge for skip in diagram.skips}
    unused: set[str] = set()
    for box in reversed(diagram.boxes):
        works = box.weights or merges.intersection(box.members)
        if not (box.kind.is_end or works) and unused.issuperset(diagram.graph.successors(box.id)):
            unused.add(box.id)
    hosts: dict[str, str] = {}
    for box in diagram.boxes:
        sources = [follow(source, hosts) for source in diagram.data_sources(box.id)]
        if box.id in unused and sources:
            hosts[box.id] = max(sources, key=lambda source: diagram.box(source).index)
    if not hosts:
        return diagram
    graph = nx.MultiDiGraph()
    for box in diagram.boxes:
        graph.add_node(
            box.id, box=replace(box, silent=frozenset(box.members)) if box.id in hosts else box
        )
    for key, (source, target, wire) in enumerate(diagram.wires):
        serves = target not in hosts or follow(source, hosts) == follow(target, hosts)
        graph.add_edge(source, target, key, wire=wire if serves else replace(wire, data=False))
    return absorb(replace(diagram, graph=graph), hosts)


def prune_quiet(diagram: Diagram) -> Diagram:
    """Absorb what only moves data, as a reader of a figure expects.

    Reshaping, slicing and what does nothing in inference go to the operation before them or, where
    their module is closer to it, to the one after. What deals out an input, or the result of
    another module, to several users stays between them.

    Args:
        diagram: with its idioms named.
    """
    hosts: dict[str, str] = {}
    for box in diagram.boxes:
        sources = diagram.data_sources(box.id)
        if len(sources) != 1:
            continue
        source = diagram.box(sources[0])
        if _pads_for_a_window(diagram, box):
            hosts[box.id] = next(iter(diagram.graph.successors(box.id)))
        elif box.kind is not BoxKind.OUTPUT and _is_quiet(diagram, box):
            host = _quiet_host(diagram, box, source, hosts)
            if host:
                hosts[box.id] = host
    return absorb(diagram, hosts) if hosts else diagram


def is_idle(diagram: Diagram, box: Box) -> bool:
    """Whether an operation returns what it reads: dropout, padding by nothing, a full slice.

    So does an expansion to the shape that a tensor has, and what gives each sample of the batch
    the same learned token.
    """
    name = family(box.does)
    if name in COPIES | JOIN and _is_for_each_sample(diagram, box):
        return True
    if name not in SLICE | PAD | COPIES:
        return name in IDENTITY
    shapes = [wire.tensor.shape for *_, wire in diagram.inputs(box.id) if wire.tensor]
    return [tensor.shape for tensor in box.outputs] == shapes


def _is_for_each_sample(diagram: Diagram, box: Box) -> bool:
    read = {source: wire.tensor for source, _, wire in diagram.inputs(box.id) if wire.tensor}
    if len(read) != 1 or len(box.outputs) != 1:
        return False
    (before,), (after,) = read.values(), box.outputs
    is_new = before.sample is None and after.sample is not None
    return is_new and math.prod(before.shape) == math.prod(after.shown)


def _pads_for_a_window(diagram: Diagram, box: Box) -> bool:
    """Whether an operation pads what one convolution or pooling reads, which could do so itself."""
    users = list(diagram.graph.successors(box.id))
    if family(box.does) not in PAD or box.kind is not BoxKind.OPERATION or len(users) != 1:
        return False
    reader = diagram.box(users[0])
    return reader.kind is BoxKind.OPERATION and family(reader.does) in CONVOLUTION | POOL


def _is_quiet(diagram: Diagram, box: Box) -> bool:
    """Whether an operation only moves data, and says nothing of how."""
    is_named = box.kind is BoxKind.IDIOM or bool(box.operands)
    moves = family(box.does) in MOVES or permutes(box.core)
    return not is_named and (moves or is_idle(diagram, box))


def _quiet_host(diagram: Diagram, box: Box, source: Box, hosts: dict[str, str]) -> str | None:
    before = diagram.box(follow(source.id, hosts))
    after = _next_loud(diagram, box)
    if after and before.id == after.id:  # what is before it has gone to the operation after
        return after.id
    is_first = before.kind is BoxKind.INPUT
    if after and (is_first or _shared(box, after) > _shared(box, before)):
        return after.id
    if after and _is_apart(diagram, box, before, after):
        return after.id
    if is_first or _parts_another(diagram, box, before):
        return None
    return before.id


def _is_apart(diagram: Diagram, box: Box, before: Box, after: Box) -> bool:
    """Whether what does nothing comes after a deeper module, to whose copies it does not belong."""
    return (
        is_idle(diagram, box)
        and after.kind.is_layer
        and _shared(box, after) == _shared(box, before)
        and len(after.calls) < len(before.calls)
    )


def _parts_another(diagram: Diagram, box: Box, before: Box) -> bool:
    """Whether ``box`` deals out the result of another module to several users."""
    several = diagram.graph.out_degree(box.id) > 1
    inside = before.calls[: len(box.calls)] == box.calls
    return several and not inside and family(box.does) in SLICE


def _is_data(diagram: Diagram, box: Box) -> bool:
    if box.core.kind in (NodeKind.INPUT, NodeKind.OUTPUT) or box.id in diagram.sides:
        return True
    return any(wire.data for _, _, wire in diagram.inputs(box.id))


def _first_user(diagram: Diagram, box: Box, hosts: dict[str, str]) -> str | None:
    """The first operation on data that ``box`` serves, in the order of execution."""
    users = (follow(user, hosts) for user in diagram.graph.successors(box.id))
    served = [
        user
        for user in map(diagram.box, users)
        if user.index > box.index and _is_data(diagram, user)
    ]
    return min(served, key=lambda user: user.index).id if served else None


def _neighbour(diagram: Diagram, box: Box) -> str | None:
    """What computes the input of ``box``, or its only user where that is an input of the model."""
    before = box
    while _does_nothing(diagram, before) and (sources := diagram.data_sources(before.id)):
        before = diagram.box(sources[0])
    return _only_user(diagram, box) if before.kind.is_end else before.id


def _only_user(diagram: Diagram, box: Box) -> str | None:
    users = list(diagram.graph.successors(box.id))
    return users[0] if len(users) == 1 and not diagram.box(users[0]).kind.is_end else None


def _origin(diagram: Diagram, box: Box) -> str | None:
    for source, _, _ in diagram.inputs(box.id):
        return source
    return next((one.id for one in diagram.boxes if one.kind is BoxKind.OUTPUT), None)


def _next_loud(diagram: Diagram, box: Box) -> Box | None:
    """The next operation that computes, if all between is quiet and has no other user.

    It may be a merge only for what returns what it reads.
    """
    may_merge = is_idle(diagram, box)
    while True:
        users = list(diagram.graph.successors(box.id))
        if len(users) != 1:
            return None
        box = diagram.box(users[0])
        # What picks by computed indices reads two tensors and goes nowhere.
        stays = len(diagram.data_sources(box.id)) > 1
        if stays or not _is_quiet(diagram, box):
            works = box.kind.is_layer or box.kind is BoxKind.COMPUTATION
            fits = works or (may_merge and box.kind is BoxKind.MERGE)
            return box if fits else None


def _shared(one: Box, other: Box) -> int:
    """How many calls of modules two operations have in common."""
    return sum(a == b for a, b in zip(one.calls, other.calls))
