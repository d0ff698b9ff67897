"""Modules that the reader does not want to see: they go into the box before them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import networkx as nx

from visualize.core.architecture import Architecture, Layer, Role
from visualize.core.errors import UsageError
from visualize.simplify.contract import absorb


def hide(architecture: Architecture, paths: Collection[str]) -> Architecture:
    """Put every call of the modules ``paths`` into the box whose result it reads.

    What flowed through it flows on, and nothing is lost: the box holds its operations, which it
    names in ``hidden``. A module that is part of a closed box has no box to hide.

    Raises:
        UsageError: a module joins several tensors or reads none, so that no box can stand for it.
    """
    calls: dict[str, list[Layer]] = {}
    for layer in architecture.layers:
        call = _hidden_call(layer, paths)
        if call:
            calls.setdefault(call, []).append(layer)
    hosts: dict[str, str] = {}
    for call, layers in calls.items():
        host = _source(architecture, call, {layer.id for layer in layers}, hosts)
        hosts.update(dict.fromkeys((layer.id for layer in layers), host))
    hidden = {member for node in hosts for member in architecture.layer(node).members}
    absorbed = absorb(architecture, hosts)
    graph = nx.MultiDiGraph(absorbed.graph)
    for layer in absorbed.layers:
        inside = hidden.intersection(layer.members)
        if inside:
            outputs = architecture.layer(layer.id).outputs
            graph.nodes[layer.id]["layer"] = replace(
                layer, hidden=frozenset(inside), outputs=outputs
            )
    return replace(absorbed, graph=graph)


def _hidden_call(layer: Layer, paths: Collection[str]) -> str | None:
    """The outermost call of a hidden module around ``layer``; of a closed box, around it."""
    if layer.role in (Role.INPUT, Role.OUTPUT):
        return None
    calls = (call for call in layer.scope if call.partition("@")[0] in paths)
    if layer.role in (Role.BLOCK, Role.STAGE):
        # The scope is that of its first operation, which may lie deeper than the box.
        calls = (call for call in calls if f"{layer.path}.".startswith(f"{_path(call)}."))
    return next(calls, None)


def _path(call: str) -> str:
    return call.partition("@")[0]


def _source(
    architecture: Architecture, call: str, nodes: Collection[str], hosts: dict[str, str]
) -> str:
    """The box before the hidden ``nodes``."""
    found = {
        source
        for node in nodes
        for source, _, wire in architecture.inputs(node)
        if wire.data and source not in nodes
    }
    sources = {_resolved(source, hosts) for source in found}
    if len(sources) == 1:
        return sources.pop()
    what = "reads no tensor" if not sources else f"joins {len(sources)} tensors"
    raise UsageError(
        f"cannot hide {_path(call)}: it {what}, so no other box can stand for it",
        where="--hide",
        hint="close it with --collapse, or hide what is around it",
    )


def _resolved(node: str, hosts: dict[str, str]) -> str:
    while node in hosts:
        node = hosts[node]
    return node
