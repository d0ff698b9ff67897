"""Put plumbing into the boxes it serves: sizes, constants, reshaping and what does nothing."""

from __future__ import annotations

from visualize.core.architecture import Architecture, Layer, NodeKind, Role
from visualize.core.operators import IDENTITY, PAD, RESHAPE, SLICE, family
from visualize.simplify.contract import absorb

_QUIET = IDENTITY | RESHAPE | SLICE


def prune_plumbing(architecture: Architecture) -> Architecture:
    """Absorb what carries no data.

    Sizes, index arithmetic, constants and what is computed from them alone go to the first
    operation that uses them; checks that nothing uses go to the operation they check; picking a
    tensor from a tuple goes to the operation that returned the tuple.
    """
    hosts: dict[str, str] = {}
    for layer in reversed(list(architecture.layers)):
        if not _is_data(architecture, layer):
            host = _first_user(architecture, layer.id, hosts) or _origin(architecture, layer.id)
            if host:
                hosts[layer.id] = host
        elif family(layer.type) == "getitem":
            (source, _, wire), *_ = architecture.inputs(layer.id)
            if len(architecture.layer(source).outputs) != 1 or wire.tensor is None:
                hosts[layer.id] = source
    return absorb(architecture, hosts)


def prune_unused(architecture: Architecture) -> Architecture:
    """Absorb what is computed and never used, as checks of the input are.

    It goes to the last of the operations whose results it is made of. Weighted layers and skip
    connections stay, and with them all that leads there.
    """
    merges = {skip.merge for skip in architecture.skips}
    unused: set[str] = set()
    for layer in reversed(list(architecture.layers)):
        ends = layer.role in (Role.INPUT, Role.OUTPUT)
        works = layer.weights or merges.intersection(layer.members)
        if not (ends or works) and unused.issuperset(architecture.graph.successors(layer.id)):
            unused.add(layer.id)
    hosts: dict[str, str] = {}
    for layer in architecture.layers:
        sources = [_resolve(source, hosts) for source in _data_sources(architecture, layer)]
        if layer.id in unused and sources:
            hosts[layer.id] = max(sources, key=lambda source: architecture.layer(source).index)
    return absorb(architecture, hosts) if hosts else architecture


def prune_quiet(architecture: Architecture) -> Architecture:
    """Absorb what only moves data, as a reader of a figure expects.

    Reshaping, slicing and what does nothing in inference go to the operation before them or, where
    their module is closer to it, to the one after. Between them stays what parts an input, or the
    result of another module, to several users. A single tensor that is returned where the
    flow ends needs no output, unless it is told where it goes.
    """
    hosts: dict[str, str] = {}
    for layer in architecture.layers:
        sources = _data_sources(architecture, layer)
        if len(sources) != 1:
            continue
        source = architecture.layer(sources[0])
        if layer.role is Role.OUTPUT:
            before = architecture.layer(_resolve(source.id, hosts))
            ends = sum(degree == 0 for _, degree in architecture.graph.out_degree())
            goes_on = str(layer.attributes.get("name", "")).startswith("to ")
            if before.role is Role.LAYER and ends == 1 and not goes_on:
                hosts[layer.id] = source.id
        elif _is_quiet(architecture, layer):
            host = _quiet_host(architecture, layer, source, hosts)
            if host:
                hosts[layer.id] = host
    return absorb(architecture, hosts)


def _is_quiet(architecture: Architecture, layer: Layer) -> bool:
    """Whether an operation only moves data, and is no idiom that has a name."""
    return not layer.label and (family(layer.type) in _QUIET or is_idle(architecture, layer))


def is_idle(architecture: Architecture, layer: Layer) -> bool:
    """Whether an operation returns what it reads: dropout, padding by nothing, a full slice."""
    name = family(layer.type)
    if name not in SLICE | PAD:
        return name in IDENTITY
    shapes = [wire.tensor.shape for *_, wire in architecture.inputs(layer.id) if wire.tensor]
    return [tensor.shape for tensor in layer.outputs] == shapes


def _quiet_host(
    architecture: Architecture, layer: Layer, source: Layer, hosts: dict[str, str]
) -> str | None:
    before = architecture.layer(_resolve(source.id, hosts))
    after = _next_loud(architecture, layer)
    if after and before.id == after.id:  # what is before it has gone to the operation after
        return after.id
    if after and (before.role is Role.INPUT or _shared(layer, after) > _shared(layer, before)):
        return after.id
    if after and _is_apart(architecture, layer, before, after):
        return after.id
    if before.role is Role.INPUT or _parts_another(architecture, layer, before):
        return None
    return before.id


def _is_apart(architecture: Architecture, layer: Layer, before: Layer, after: Layer) -> bool:
    """Whether what does nothing comes after a deeper module, to whose copies it does not belong."""
    return (
        is_idle(architecture, layer)
        and after.role is Role.LAYER
        and _shared(layer, after) == _shared(layer, before)
        and len(after.scope) < len(before.scope)
    )


def _parts_another(architecture: Architecture, layer: Layer, before: Layer) -> bool:
    """Whether ``layer`` deals out the result of another module to several users."""
    several = architecture.graph.out_degree(layer.id) > 1
    inside = before.scope[: len(layer.scope)] == layer.scope
    return several and not inside and family(layer.type) in SLICE


def _is_data(architecture: Architecture, layer: Layer) -> bool:
    if layer.kind in (NodeKind.INPUT, NodeKind.OUTPUT):
        return True
    return any(wire.data for _, _, wire in architecture.inputs(layer.id))


def _first_user(architecture: Architecture, node: str, hosts: dict[str, str]) -> str | None:
    """The first operation on data that ``node`` serves, in the order of execution."""
    start = architecture.layer(node).index
    users = (_resolve(user, hosts) for user in architecture.graph.successors(node))
    served = [
        user
        for user in map(architecture.layer, users)
        if user.index > start and _is_data(architecture, user)
    ]
    return min(served, key=lambda user: user.index).id if served else None


def _origin(architecture: Architecture, node: str) -> str | None:
    for source, _, _ in architecture.inputs(node):
        return source
    return next((layer.id for layer in architecture.layers if layer.role is Role.OUTPUT), None)


def _next_loud(architecture: Architecture, layer: Layer) -> Layer | None:
    """The next operation that computes, if all between is quiet and has no other user.

    It may be a merge only for what returns what it reads.
    """
    roles = {Role.LAYER, Role.MERGE} if is_idle(architecture, layer) else {Role.LAYER}
    while True:
        users = list(architecture.graph.successors(layer.id))
        if len(users) != 1:
            return None
        layer = architecture.layer(users[0])
        # What picks by computed indices reads two tensors and goes nowhere.
        stays = len(_data_sources(architecture, layer)) > 1
        if stays or not _is_quiet(architecture, layer):
            return layer if layer.role in roles else None


def _data_sources(architecture: Architecture, layer: Layer) -> list[str]:
    return [source for source, _, wire in architecture.inputs(layer.id) if wire.data]


def _shared(one: Layer, other: Layer) -> int:
    """How many calls of modules two operations have in common."""
    return sum(a == b for a, b in zip(one.scope, other.scope))


def _resolve(node: str, hosts: dict[str, str]) -> str:
    while node in hosts:
        node = hosts[node]
    return node
