"""Modules that the user hides: their operations go into the box before them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from visualize.core.architecture import ModuleCall
from visualize.core.diagram import Box, Diagram
from visualize.core.errors import UsageError
from visualize.core.module_path import spelled
from visualize.simplify.contract import absorb, follow


def hide(diagram: Diagram, paths: Collection[str]) -> Diagram:
    """Put every call of the modules ``paths`` into the box whose result it reads.

    What flowed through it flows on, and nothing is lost: the box holds its operations, which it
    names in ``hidden``. A module that is part of a collapsed box has no box to hide.

    Raises:
        UsageError: a module joins several tensors or reads none, so that no box can represent it.
    """
    calls: dict[ModuleCall, list[str]] = {}
    for box in diagram.boxes:
        call = _hidden_call(box, paths)
        if call:
            calls.setdefault(call, []).append(box.id)
    hosts: dict[str, str] = {}
    for call, nodes in calls.items():
        host = _source(diagram, call, nodes, hosts)
        hosts.update(dict.fromkeys(nodes, host))
    hidden: dict[str, set[str]] = {}
    for node in hosts:
        hidden.setdefault(follow(node, hosts), set()).update(diagram.box(node).members)
    absorbed = absorb(diagram, hosts)
    return absorbed.with_boxes(
        replace(absorbed.box(node), hidden=frozenset(operations), outputs=diagram.box(node).outputs)
        for node, operations in hidden.items()
    )


def _hidden_call(box: Box, paths: Collection[str]) -> ModuleCall | None:
    """The outermost call of a hidden module around ``box``; of a collapsed box, around it."""
    if box.kind.is_end:
        return None
    calls = (call for call in box.calls if call.path in paths)
    if box.kind.is_collapsed:
        # The calls are those of its first operation, which may lie deeper than the box.
        calls = (call for call in calls if f"{box.path}.".startswith(f"{call.path}."))
    return next(calls, None)


def _source(
    diagram: Diagram, call: ModuleCall, nodes: Collection[str], hosts: Mapping[str, str]
) -> str:
    """The box before the hidden ``nodes``."""
    found = {source for node in nodes for source in diagram.data_sources(node)}
    sources = {follow(source, hosts) for source in found.difference(nodes)}
    if len(sources) == 1:
        return sources.pop()
    what = "reads no tensor" if not sources else f"joins {len(sources)} tensors"
    raise UsageError(
        f"cannot hide {spelled(call.path)}: it {what}, so no other box can represent it",
        where="--hide",
        hint="use --collapse, or hide the module around it",
    )
