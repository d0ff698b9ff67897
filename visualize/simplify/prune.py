"""Put plumbing into the boxes it serves: sizes, constants, reshaping and what does nothing."""

from __future__ import annotations

from visualize.architecture import Architecture, Layer, NodeKind, Role
from visualize.operations import IDENTITY, RESHAPE, SLICE, family
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


def prune_quiet(architecture: Architecture) -> Architecture:
    """Absorb what only moves data, as a reader of a figure expects.

    Reshaping, slicing and what does nothing in inference go to the operation before them, or, right
    behind an input, to the one after. A single tensor that is returned needs no output box.
    """
    hosts: dict[str, str] = {}
    for layer in architecture.layers:
        sources = [source for source, _, wire in architecture.inputs(layer.id) if wire.data]
        if len(sources) != 1:
            continue
        before = architecture.layer(_resolve(sources[0], hosts))
        if layer.role is Role.OUTPUT:
            if before.role is Role.LAYER and architecture.graph.out_degree(sources[0]) == 1:
                hosts[layer.id] = sources[0]
        elif family(layer.type) in _QUIET:
            host = _nearer(layer, before, _only_user(architecture, layer))
            if host:
                hosts[layer.id] = host
    return absorb(architecture, hosts)


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


def _only_user(architecture: Architecture, layer: Layer) -> Layer | None:
    users = list(architecture.graph.successors(layer.id))
    user = architecture.layer(users[0]) if len(users) == 1 else None
    return user if user and user.role is Role.LAYER else None


def _nearer(layer: Layer, before: Layer, after: Layer | None) -> str | None:
    """The neighbour whose module is the closer one: usually the one before."""
    # Where what comes before was put into this very operation, it is no host either.
    no_host = before.role is Role.INPUT or before.id == layer.id
    if after and (no_host or _shared(layer, after) > _shared(layer, before)):
        return after.id
    return None if no_host else before.id


def _shared(one: Layer, other: Layer) -> int:
    """How many calls of modules two operations have in common."""
    return sum(a == b for a, b in zip(one.scope, other.scope))


def _resolve(node: str, hosts: dict[str, str]) -> str:
    while node in hosts:
        node = hosts[node]
    return node
