"""Loops: the steps of a model that calls the same modules again on what they returned before."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace

from visualize.annotate.skips.flow import Flow
from visualize.core.architecture import Skip


def number_loops(flow: Flow, skips: Sequence[Skip]) -> tuple[Skip, ...]:
    """Give the skip connections that are one connection in several steps of a loop one number.

    They do the same with the same parameters, and each but the first one comes after another: its
    merge reads, over any number of operations, what that of the step before returns. Two inputs
    that go through one encoder are no loop, nor are equal layers with parameters of their own.

    Args:
        flow: the graph of all operations.
        skips: its skip connections, ordered by their merges.
    """
    alike: dict[Hashable, list[int]] = {}
    for number, skip in enumerate(skips):
        alike.setdefault(_signature(flow, skip), []).append(number)
    families = {
        number: family
        for family, numbers in enumerate(alike.values())
        if len(numbers) > 1
        for number in numbers
    }
    loops = _loops(flow, skips, families)
    lengths: dict[int, int] = {}
    for loop in loops.values():
        lengths[loop] = lengths.get(loop, 0) + 1
    return tuple(
        replace(skip, loop=loops[number])
        if number in loops and lengths[loops[number]] > 1
        else skip
        for number, skip in enumerate(skips)
    )


def _signature(flow: Flow, skip: Skip) -> Hashable:
    """What two steps of a loop have in common: what they work with, but not what they read.

    A step that is fed back bypasses the adds of those before it as well, which the first one lacks.
    """
    merge = flow.operations[skip.merge]
    held = frozenset(name for node in skip.bypassed for name in flow.held[node])
    unregistered = frozenset(
        flow.operations[node].path for node in skip.bypassed if flow.operations[node].other_weights
    )
    branch = tuple((flow.operations[node].path, flow.type(node)) for node in skip.branch)
    return (
        (skip.kind, skip.long, skip.gradient, skip.scale, skip.streams, skip.shape),
        (merge.path, merge.does),
        branch,
        held,
        unregistered,
    )


def _loops(flow: Flow, skips: Sequence[Skip], families: dict[int, int]) -> dict[int, int]:
    """The loop of each skip connection: the number of its first step.

    Each loop is one bit of the sets that flow through the graph: the loops that a node comes after.

    Args:
        flow: the graph of all operations.
        skips: its skip connections.
        families: for each one that has equals, by number, which ones are its equals.
    """
    merged: dict[str, list[int]] = {}
    for number in families:
        merged.setdefault(skips[number].merge, []).append(number)
    if not merged:
        return {}
    started: dict[int, list[int]] = {}  # the loops of a family, by their first steps
    loops: dict[int, int] = {}
    bits: dict[int, int] = {}
    calls: dict[int, str] = {}  # the last one that a loop bypasses: each step has its own
    after: dict[str, int] = {}
    for node in flow.order:
        before = 0
        for inflow in flow.inflows[node]:
            before |= after[inflow.source]
        after[node] = before
        for number in merged.get(node, ()):
            family = started.setdefault(families[number], [])
            call = _last_call(flow, skips[number])
            found = (one for one in family if before & bits[one] and calls[one] != call)
            loop = next(found, number)
            if loop == number:
                family.append(number)
                bits[number] = 1 << len(bits)
            loops[number], calls[loop] = loop, call
            after[node] |= bits[loop]
    return loops


def _last_call(flow: Flow, skip: Skip) -> str:
    """The last operation with weights that a connection bypasses."""
    works = (
        node for node in skip.bypassed if flow.held[node] or flow.operations[node].other_weights
    )
    return max(works, key=flow.position.__getitem__, default="")
