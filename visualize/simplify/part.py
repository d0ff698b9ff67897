"""Modules of a model on their own, with their inputs and outputs named."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import networkx as nx

from visualize.core.architecture import (
    Architecture,
    NodeKind,
    Operation,
    Skip,
    TensorSpec,
    Wire,
)
from visualize.core.diagram import Box
from visualize.core.dtypes import added
from visualize.core.errors import UsageError
from visualize.core.module_path import enclosing, spelled
from visualize.core.operators import CONCAT, family, reads_values
from visualize.core.words import short_name

# So many equal inputs from one module are one: cosines and sines for queries and keys.
_MANY = 3
# An output, and what it reads.
_Exit = tuple[Operation, list[tuple[str, TensorSpec | None]]]


def only(architecture: Architecture, *paths: str) -> Architecture:
    """The operations of the modules at ``paths`` as a separate architecture.

    What they read comes from inputs named after the modules that made it, and what others read of
    them goes to outputs named after these. A skip connection that begins outside begins at such an
    input; one that ends outside has no merge here and is left out.

    Args:
        architecture: the exact graph.
        paths: modules that the run calls.

    Raises:
        UsageError: the run never calls one of them.
    """
    inside = _inside(architecture, paths)
    entries, exits = _entries(architecture, inside), _exits(architecture, inside)
    return _cut(architecture, inside, paths, entries, exits)


def inside_of(
    architecture: Architecture,
    box: Box,
    sides: Collection[str] = frozenset(),
    *,
    joins: bool = True,
) -> Architecture:
    """The operations in a closed box as a separate architecture.

    It explains boxes in several places, so that inputs and outputs name no modules.

    Args:
        architecture: the exact graph.
        box: the closed box.
        sides: ids of operations whose tensors count as data, see `Diagram.sides`.
        joins: whether tensors that one concat alone reads are one input, as those of all earlier
            layers of a DenseNet, and many alike of one module.
    """
    inside = dict.fromkeys(box.members, box.path)
    entries = _entries(architecture, inside, sides)
    entries = _joined(architecture, inside, entries) if joins else entries
    exits = _results(architecture, inside, sides)
    return _cut(architecture, inside, [box.path], entries, exits, sides)


def entries_of(
    architecture: Architecture, box: Box, sides: Collection[str] = frozenset()
) -> Mapping[str, str]:
    """For each operation outside of ``box`` whose tensor is read in it, the input of its own."""
    inside = dict.fromkeys(box.members, box.path)
    entries = _entries(architecture, inside, sides)
    return {source: entry.id for source, entry in entries.items()}


def exits_of(
    architecture: Architecture, box: Box, sides: Collection[str] = frozenset()
) -> Mapping[str, str]:
    """For each operation in ``box`` whose tensor is read outside, the output of `inside_of`."""
    inside = dict.fromkeys(box.members, box.path)
    return {
        source: leave.id
        for leave, sources in _results(architecture, inside, sides)
        for source, _ in sources
    }


def _cut(
    architecture: Architecture,
    inside: Mapping[str, str],
    paths: Sequence[str],
    entries: Mapping[str, Operation],
    exits: Iterable[_Exit],
    sides: Collection[str] = frozenset(),
) -> Architecture:
    """The operations ``inside``, each with the module it is inside of, on their own.

    What ``sides`` make is data in them, as it is in the whole.
    """
    graph = nx.MultiDiGraph()
    exits = list(exits)
    own = map(architecture.operation, architecture.in_order(inside))
    for one in (*entries.values(), *own, *(leave for leave, _ in exits)):
        graph.add_node(one.id, operation=one)
    kept = _skips(architecture, inside, {source: entry.id for source, entry in entries.items()})
    numbers = {number: place for place, number in enumerate(kept)}
    for source, target, wire in _arriving(architecture, inside):
        if source in inside or source in entries:
            start = entries[source].id if source in entries else source
            if start != source and graph.has_edge(start, target) and _is_joined(entries[source]):
                continue
            skip = numbers.get(wire.skip) if wire.skip is not None else None
            # What side boxes make is data here, but not to what reads its size alone.
            data = wire.data or is_read(architecture, source, target, wire, sides)
            graph.add_edge(start, target, wire=replace(wire, skip=skip, data=data))
    for leave, sources in exits:
        for position, (source, tensor) in enumerate(sources):
            graph.add_edge(source, leave.id, wire=Wire(tensor, position))
    return _with_totals(architecture, graph, tuple(kept.values()), paths)


def _is_joined(entry: Operation) -> bool:
    """Whether an input is several tensors that are read at once."""
    return len(entry.outputs) > 1


def _with_totals(
    architecture: Architecture,
    graph: nx.MultiDiGraph,
    skips: tuple[Skip, ...],
    paths: Sequence[str],
) -> Architecture:
    operations = [one for _, one in graph.nodes(data="operation")]
    unused = tuple(
        one for one in architecture.unused_modules if any(_holds(path, one) for path in paths)
    )
    kinds = dict.fromkeys(architecture.modules.get(path, "") for path in paths)
    around = {one for path in paths for one in enclosing(path)}
    within = tuple(f"{path}." for path in paths)
    return replace(
        architecture,
        name=", ".join([architecture.name, *map(spelled, paths)]),
        class_name=", ".join(kinds),
        graph=graph,
        modules={
            one: kind
            for one, kind in architecture.modules.items()
            if one in around or f"{one}.".startswith(within)
        },
        unrolled_skips=skips,
        untyped=tuple(one for one in architecture.untyped if one.merge in graph),
        parameters=sum(one.parameters for one in operations),
        trainable_parameters=sum(one.trainable_parameters for one in operations),
        buffers=sum(one.buffers for one in operations),
        buffer_dtypes=added(one.buffer_dtypes for one in operations),
        unused_buffers=(),
        unused_buffer_dtypes={},
        unused_parameters=0,
        unused_dtypes={},
        unused_statistics=None,
        unused_modules=unused,
    )


def _inside(architecture: Architecture, paths: Sequence[str]) -> dict[str, str]:
    """The operations inside of the modules at ``paths``, each with the innermost of these."""
    calls = [(one.id, call.path) for one in architecture.operations for call in one.calls]
    called = {path for _, path in calls}
    for path in paths:
        if path not in called:
            raise UsageError(f"the run does not call {spelled(path)!r}", where="--only")
    return {operation: path for operation, path in calls if path in paths}


def _holds(path: str, other: str) -> bool:
    """Whether the module at ``path`` is or holds the one at ``other``."""
    return f"{other}.".startswith(f"{path}.")


def _entries(
    architecture: Architecture, inside: Mapping[str, str], sides: Collection[str] = frozenset()
) -> dict[str, Operation]:
    """An input for each operation outside whose tensor is read inside."""
    entries: dict[str, Operation] = {}
    for source, target, wire in _arriving(architecture, inside):
        if source in inside or not is_read(architecture, source, target, wire, sides):
            continue
        assert wire.tensor is not None, "what is read is a tensor"
        made = architecture.operation(source)
        if made.kind is NodeKind.INPUT:
            entries[source] = made
        elif source not in entries:
            entries[source] = Operation(
                id=f"from {source}",
                kind=NodeKind.INPUT,
                type="input",
                index=-1,
                outputs=(wire.tensor,),
                neighbour=_neighbour(_outside(architecture, made, inside[target]), inside[target]),
            )
    return entries


def _arriving(
    architecture: Architecture, nodes: Collection[str]
) -> Iterator[tuple[str, str, Wire]]:
    """The edges that arrive at ``nodes``, in the order of all edges."""
    for node in architecture.in_order(nodes):
        yield from architecture.inputs(node)


def _leaving(architecture: Architecture, nodes: Collection[str]) -> Iterator[tuple[str, str, Wire]]:
    """The edges from ``nodes`` to others, in the order of all edges."""
    users = {user for node in nodes for user in architecture.graph.successors(node)}
    for edge in _arriving(architecture, users.difference(nodes)):
        if edge[0] in nodes:
            yield edge


def is_read(
    architecture: Architecture, source: str, target: str, wire: Wire, sides: Collection[str]
) -> bool:
    """Whether a wire carries data, or what a side box makes to what works on its values."""
    if wire.tensor is None:
        return False
    reader = architecture.operation(target).type
    return wire.data or (source in sides and reads_values(reader, wire.position))


def _outside(architecture: Architecture, made: Operation, path: str) -> Operation:
    """The operation outside the module at ``path`` whose result becomes what ``made`` returns.

    Operations in the code of a module may be no part of it: a view of what every block reads.
    """
    while _holds(path, made.path) and len(sources := architecture.data_sources(made.id)) == 1:
        made = architecture.operation(sources[0])
    return made


def _joined(
    architecture: Architecture, inside: Mapping[str, str], entries: Mapping[str, Operation]
) -> dict[str, Operation]:
    """The inputs, as one those that one concat alone reads, and many alike of one module.

    What a skip connection begins with is an input of its own.
    """
    readers: dict[str, set[str]] = {source: set() for source in entries}
    for source, target, _ in _arriving(architecture, inside):
        if source in entries:
            readers[source].add(target)
    forks = {skip.fork for skip in architecture.unrolled_skips}
    together: dict[Hashable, list[str]] = {}
    for source, targets in readers.items():
        made = entries[source]
        if len(targets) == 1 and family(architecture.operation(min(targets)).type) in CONCAT:
            together.setdefault(min(targets), []).append(source)
        elif made.neighbour and source not in forks:
            together.setdefault((made.neighbour, made.outputs), []).append(source)
    joined = dict(entries)
    for home, sources in together.items():
        if isinstance(home, tuple) and len(sources) < _MANY:
            continue
        outputs = tuple(one for source in sources for one in entries[source].outputs)
        first = replace(entries[sources[0]], outputs=outputs)
        joined.update(dict.fromkeys(sources, first))
    return joined


def _results(
    architecture: Architecture, inside: Mapping[str, str], sides: Collection[str]
) -> Iterator[_Exit]:
    """An output for each tensor that is read outside."""
    read: dict[str, TensorSpec] = {}
    for source, target, wire in _leaving(architecture, inside):
        if wire.tensor and is_read(architecture, source, target, wire, sides):
            read.setdefault(source, wire.tensor)
    for source, tensor in read.items():
        yield (
            Operation(
                id=f"to {source}",
                kind=NodeKind.OUTPUT,
                type="output",
                index=len(architecture.graph),
                outputs=(tensor,),
            ),
            [(source, tensor)],
        )


def _exits(architecture: Architecture, inside: Mapping[str, str]) -> Iterator[_Exit]:
    """An output for each outside module that reads results from inside, and what it reads.

    What the model itself returns goes to an output without a neighbour.
    """
    read: dict[str, dict[str, TensorSpec | None]] = {}
    for source, target, wire in _leaving(architecture, inside):
        if wire.data and wire.tensor:
            user = architecture.operation(target)
            neighbour = "" if user.kind is NodeKind.OUTPUT else _neighbour(user, inside[source])
            read.setdefault(neighbour, {})[source] = wire.tensor
    for neighbour, sources in read.items():
        leave = Operation(
            id=f"to {neighbour}" if neighbour else "output",
            kind=NodeKind.OUTPUT,
            type="output",
            index=len(architecture.graph),
            outputs=tuple(tensor for tensor in sources.values() if tensor),
            neighbour=neighbour,
        )
        yield leave, list(sources.items())


def _skips(
    architecture: Architecture, inside: Collection[str], entries: Mapping[str, str]
) -> dict[int, Skip]:
    """The skip connections that merge inside, by their number in the whole."""

    def there(nodes: Iterable[str]) -> bool:
        return all(node in inside for node in nodes)

    merged = architecture.skips_by_merge
    numbers = sorted(number for node in inside for number in merged.get(node, ()))
    skips = ((number, architecture.unrolled_skips[number]) for number in numbers)
    return {
        number: replace(skip, fork=entries.get(skip.fork, skip.fork))
        for number, skip in skips
        if there((*skip.branch, *skip.bypassed)) and (skip.fork in inside or skip.fork in entries)
    }


def _neighbour(operation: Operation, path: str) -> str:
    """What a reader calls an operation outside ``path``: the module beside that which holds it."""
    steps, other = path.split("."), operation.path.split(".") if operation.path else []
    common = next(
        (place for place, (a, b) in enumerate(zip(steps, other)) if a != b),
        min(len(steps), len(other)),
    )
    return ".".join(other[: common + 1]) if len(other) > common else short_name(operation)
