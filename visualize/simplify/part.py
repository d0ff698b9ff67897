"""One part of a model, with its context cut off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import networkx as nx

from visualize.core.architecture import Architecture, Layer, NodeKind, Role, Skip, TensorSpec, Wire
from visualize.core.errors import UsageError


def only(architecture: Architecture, path: str) -> Architecture:
    """The operations of the module ``path``, as an architecture of its own.

    What it reads comes from inputs named after the modules that made it, and what others read of
    it goes to outputs named after them. A skip connection that begins outside begins at such an
    input; one that ends outside has no merge here and is left out.

    Args:
        architecture: the exact graph.
        path: a module that the run calls.

    Raises:
        UsageError: the run never calls it.
    """
    inside = {layer.id for layer in architecture.layers if path in map(_path, layer.scope)}
    if not inside:
        raise UsageError(f"the run does not call {path!r}", where="--only")
    graph = nx.MultiDiGraph()
    entries = _entries(architecture, inside, path)
    for entry in entries.values():
        graph.add_node(entry.id, layer=entry)
    for layer in architecture.layers:
        if layer.id in inside:
            graph.add_node(layer.id, layer=layer)
    exits = list(_exits(architecture, inside, path))
    for leave, _ in exits:
        graph.add_node(leave.id, layer=leave)
    kept = _skips(architecture, inside, {source: entry.id for source, entry in entries.items()})
    numbers = {number: place for place, number in enumerate(kept)}
    for source, target, wire in architecture.wires:
        if target in inside and (source in inside or source in entries):
            start = entries[source].id if source in entries else source
            skip = numbers.get(wire.skip) if wire.skip is not None else None
            graph.add_edge(start, target, wire=replace(wire, skip=skip))
    for leave, sources in exits:
        for position, (source, tensor) in enumerate(sources):
            graph.add_edge(source, leave.id, wire=Wire(tensor, position))
    return _with_totals(architecture, graph, tuple(kept.values()), path)


def _with_totals(
    architecture: Architecture, graph: nx.MultiDiGraph, skips: tuple[Skip, ...], path: str
) -> Architecture:
    layers = [layer for _, layer in graph.nodes(data="layer")]
    unused = tuple(one for one in architecture.unused_modules if f"{one}.".startswith(f"{path}."))
    return replace(
        architecture,
        name=f"{architecture.name}, {path}",
        class_name=architecture.modules.get(path, ""),
        graph=graph,
        modules={
            one: kind
            for one, kind in architecture.modules.items()
            if f"{one}.".startswith(f"{path}.") or f"{path}.".startswith(f"{one}.")
        },
        skips=skips,
        groups=(),
        parameters=sum(layer.parameters for layer in layers),
        trainable_parameters=sum(layer.trainable_parameters for layer in layers),
        buffers=sum(layer.buffers for layer in layers),
        unused_parameters=0,
        unused_statistics=None,
        unused_modules=unused,
    )


def _entries(architecture: Architecture, inside: set[str], path: str) -> dict[str, Layer]:
    """An input for each operation outside whose tensor is read inside."""
    entries: dict[str, Layer] = {}
    for source, target, wire in architecture.wires:
        if target not in inside or source in inside or wire.tensor is None or not wire.data:
            continue
        made = architecture.layer(source)
        if made.kind is NodeKind.INPUT:
            entries[source] = made
        elif source not in entries:
            entries[source] = Layer(
                id=f"from {source}",
                kind=NodeKind.INPUT,
                type="input",
                index=-1,
                attributes={"name": f"from {_neighbour(made, path)}"},
                outputs=(wire.tensor,),
                role=Role.INPUT,
            )
    return entries


def _exits(
    architecture: Architecture, inside: set[str], path: str
) -> Iterator[tuple[Layer, list[tuple[str, TensorSpec | None]]]]:
    """An output for each module outside that reads what is made inside, and what it reads."""
    read: dict[str, dict[str, TensorSpec | None]] = {}
    for source, target, wire in architecture.wires:
        if source in inside and target not in inside and wire.data and wire.tensor:
            user = architecture.layer(target)
            name = "output" if user.kind is NodeKind.OUTPUT else f"to {_neighbour(user, path)}"
            read.setdefault(name, {})[source] = wire.tensor
    last = len(architecture.graph)
    for name, sources in read.items():
        tensors = tuple(tensor for tensor in sources.values() if tensor)
        leave = Layer(
            id=name,
            kind=NodeKind.OUTPUT,
            type="output",
            index=last,
            attributes={"name": name},
            outputs=tensors,
            role=Role.OUTPUT,
        )
        yield leave, list(sources.items())


def _skips(
    architecture: Architecture, inside: set[str], entries: Mapping[str, str]
) -> dict[int, Skip]:
    """The skip connections that merge inside, by their number in the whole."""

    def there(nodes: Iterable[str]) -> bool:
        return all(node in inside for node in nodes)

    return {
        number: replace(skip, fork=entries.get(skip.fork, skip.fork))
        for number, skip in enumerate(architecture.skips)
        if there((skip.merge, *skip.branch, *skip.bypassed))
        and (skip.fork in inside or skip.fork in entries)
    }


def _neighbour(layer: Layer, path: str) -> str:
    """What a reader calls an operation outside of ``path``: the module beside it that holds it."""
    steps, other = path.split("."), layer.path.split(".") if layer.path else []
    common = next(
        (place for place, (a, b) in enumerate(zip(steps, other)) if a != b),
        min(len(steps), len(other)),
    )
    return ".".join(other[: common + 1]) if len(other) > common else layer.type


def _path(call: str) -> str:
    return call.partition("@")[0]
