"""Seeded edits of exact graphs, with the operations that each one changes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import networkx as nx

from visualize.compare.subtrees import signature
from visualize.core.architecture import Architecture, ModuleCall, NodeKind, Operation, Wire


@dataclass
class Edited:
    """An edited graph, and what is true of it: ids of operations by what became of them."""

    architecture: Architecture
    truth: dict[str, set[str]] = field(default_factory=dict)


def chain(length: int, seed: int = 0) -> Architecture:
    """A long net of blocks of four operations with an identity around each."""
    graph, previous = nx.MultiDiGraph(), "x"
    graph.add_node("x", operation=Operation("x", NodeKind.INPUT, "Tensor", path="x"))
    numbers = random.Random(seed)
    for index in range(length // 4):
        block = ModuleCall(f"blocks.{index}")
        width = numbers.choice((16, 32, 64))
        fork = previous
        for name, kind, facts in (
            ("conv", "Conv2d", {"out_channels": width, "kernel_size": [3, 3]}),
            ("norm", "BatchNorm2d", {"num_features": width}),
            ("act", "ReLU", {}),
        ):
            path = f"blocks.{index}.{name}"
            weights = ((width, width, 3, 3),) if name == "conv" else ()
            operation = Operation(
                path, NodeKind.MODULE, kind, len(graph), path,
                (ModuleCall(""), block, ModuleCall(path)), f"torch.nn.{kind}", facts,
                weights=weights,
            )  # fmt: skip
            graph.add_node(path, operation=operation)
            graph.add_edge(previous, path, wire=Wire(None))
            previous = path
        merge = f"add_{index}"
        operation = Operation(
            merge, NodeKind.FUNCTION, "add", len(graph), block.path, (ModuleCall(""), block)
        )
        graph.add_node(merge, operation=operation)
        graph.add_edge(previous, merge, wire=Wire(None))
        graph.add_edge(fork, merge, wire=Wire(None, 1))
        previous = merge
    graph.add_node("output", operation=Operation("output", NodeKind.OUTPUT, "output"))
    graph.add_edge(previous, "output", wire=Wire(None))
    return Architecture("chain", "Chain", graph)


def rebuilt(
    architecture: Architecture,
    operations: list[Operation],
    wires: list[tuple[str, str, Wire]],
) -> Architecture:
    """An architecture with other operations, in this order, and other wires."""
    graph = nx.MultiDiGraph()
    for operation in operations:
        graph.add_node(operation.id, operation=operation)
    for source, target, wire in wires:
        graph.add_edge(source, target, wire=wire)
    return replace(architecture, graph=graph, unrolled_skips=())


def renamed(architecture: Architecture) -> Architecture:
    """The same with other names for all modules; numbers stay."""

    def path(old: str) -> str:
        steps = old.split(".") if old else []
        return ".".join(step if step.isdigit() else f"q{step[::-1]}" for step in steps)

    operations = [
        replace(
            one,
            path=path(one.path) if one.computes else one.path,
            calls=tuple(ModuleCall(path(call.path), call.number) for call in one.calls),
        )
        for one in architecture.operations
    ]
    modules = {path(old): kind for old, kind in architecture.modules.items()}
    made = rebuilt(architecture, operations, list(architecture.wires))
    return replace(made, modules=modules, unrolled_skips=architecture.unrolled_skips)


def insert(given: Architecture, numbers: random.Random) -> Edited:
    """A layer between an operation and all that read it."""
    before = numbers.choice([one for one in given.operations if one.computes])
    path = f"{before.path}_more".lstrip(".")
    around = before.calls[:-1] if before.kind is NodeKind.MODULE else before.calls
    more = Operation(
        "more", NodeKind.MODULE, "Dropout", before.index, path, (*around, ModuleCall(path)),
        "torch.nn.Dropout", {"p": numbers.random()}, outputs=before.outputs,
    )  # fmt: skip
    operations = list(given.operations)
    operations.insert(operations.index(before) + 1, more)
    wires = [("more" if s == before.id else s, t, wire) for s, t, wire in given.wires]
    wires.append((before.id, "more", Wire(None)))
    return Edited(rebuilt(given, operations, wires), {"added": {"more"}})


def remove(given: Architecture, numbers: random.Random) -> Edited:
    """An operation with one input gives way to that input."""
    gone = numbers.choice(
        [one for one in given.operations if one.computes and len(given.inputs(one.id)) == 1]
    )
    (source,) = (source for source, _, _ in given.inputs(gone.id))
    wires = [(source if s == gone.id else s, t, wire) for s, t, wire in given.wires if t != gone.id]
    operations = [one for one in given.operations if one is not gone]
    return Edited(rebuilt(given, operations, wires), {"removed": {gone.id}})


def change(given: Architecture, numbers: random.Random) -> Edited:
    """An attribute of a module has another value."""
    chosen = numbers.choice([one for one in given.operations if one.kind is NodeKind.MODULE])
    name = numbers.choice(sorted(chosen.attributes) or ["gain"])
    other = replace(chosen, attributes={**chosen.attributes, name: 12345})
    operations = [other if one is chosen else one for one in given.operations]
    return Edited(rebuilt(given, operations, list(given.wires)), {"changed": {chosen.id}})


def rewire(given: Architecture, numbers: random.Random) -> Edited:
    """An operation reads another tensor than before."""
    order = [one.id for one in given.operations]
    target = numbers.choice(
        [one for one in given.operations if one.computes and len(given.inputs(one.id)) >= 1][3:]
    )
    taken = {source for source, _, _ in given.inputs(target.id)}
    earlier = [node for node in order[: order.index(target.id)] if node not in taken]
    source = numbers.choice(earlier)
    wires = list(given.wires)
    place = numbers.choice([i for i, wire in enumerate(wires) if wire[1] == target.id])
    wires[place] = (source, target.id, wires[place][2])
    return Edited(rebuilt(given, list(given.operations), wires), {"rewired": {target.id}})


def add_skip(given: Architecture, numbers: random.Random) -> Edited:
    """What an operation returns is added to what another returns later."""
    order = [one for one in given.operations if one.computes]
    place = numbers.randrange(2, len(order))
    end, start = order[place], order[numbers.randrange(0, place - 1)]
    merge = Operation("merge", NodeKind.FUNCTION, "add", end.index, end.path, end.calls[:1])
    if end.kind is not NodeKind.MODULE:
        merge = replace(merge, calls=end.calls)
    operations = list(given.operations)
    operations.insert(operations.index(end) + 1, merge)
    wires = [("merge" if s == end.id else s, t, wire) for s, t, wire in given.wires]
    wires += [(end.id, "merge", Wire(None)), (start.id, "merge", Wire(None, 1))]
    return Edited(rebuilt(given, operations, wires), {"added": {"merge"}})


def drop_skip(given: Architecture, numbers: random.Random) -> Edited:
    """A sum gives way to one of its operands; without sums, a layer goes."""
    sums = [
        one for one in given.operations
        if one.type in ("add", "iadd", "add_") and len(given.inputs(one.id)) == 2
    ]  # fmt: skip
    if not sums:
        return remove(given, numbers)
    gone = numbers.choice(sums)
    source = given.inputs(gone.id)[0][0]
    wires = [(source if s == gone.id else s, t, wire) for s, t, wire in given.wires if t != gone.id]
    operations = [one for one in given.operations if one is not gone]
    return Edited(rebuilt(given, operations, wires), {"removed": {gone.id}})


def rename(given: Architecture, numbers: random.Random) -> Edited:
    """A module has another name."""
    chosen = numbers.choice([one for one in given.operations if one.kind is NodeKind.MODULE])
    path = f"{chosen.path}_now"
    other = replace(chosen, path=path, calls=(*chosen.calls[:-1], ModuleCall(path)))
    operations = [other if one is chosen else one for one in given.operations]
    return Edited(rebuilt(given, operations, list(given.wires)), {"renamed": {chosen.id}})


def move(given: Architecture, numbers: random.Random) -> Edited:
    """A layer comes after operations of its module that have more parameters and come after it."""
    chosen: list[tuple[Operation, Operation]] = []
    for one in given.operations:
        if one.kind is not NodeKind.MODULE or len(given.inputs(one.id)) != 1:
            continue
        beside = [other for other in given.operations if _around(other) == _around(one)]
        passed = [other for other in beside if other.index > one.index and other.computes]
        weight = sum(other.parameters for other in passed)
        is_alone = sum(signature(other) == signature(one) for other in beside) == 1
        if is_alone and len(passed) > 1 and weight > one.parameters:
            chosen.append((one, passed[-1]))
    if not chosen:
        return rename(given, numbers)
    moved, last = numbers.choice(chosen)
    (source,) = (source for source, _, _ in given.inputs(moved.id))
    now = {moved.id: source, last.id: moved.id}
    wires = [(now.get(s, s), t, wire) for s, t, wire in given.wires if t != moved.id]
    wires.append((last.id, moved.id, Wire(None)))
    operations = [one for one in given.operations if one is not moved]
    operations.insert(operations.index(last) + 1, moved)
    return Edited(rebuilt(given, operations, wires), {"moved": {moved.id}})


def _around(operation: Operation) -> tuple[ModuleCall, ...]:
    """The calls around an operation."""
    return operation.calls[:-1] if operation.kind is NodeKind.MODULE else operation.calls


EDITS: tuple[Callable[[Architecture, random.Random], Edited], ...] = (
    insert, remove, change, rewire, add_skip, drop_skip, rename, move,
)  # fmt: skip
