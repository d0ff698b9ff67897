"""Which blocks have a shortcut, and which have none."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import networkx as nx

from visualize.core.architecture import Architecture, NodeKind, Skip, SkipKind
from visualize.core.diagram import Diagram, Group, GroupKind


def shortcuts_of_blocks(exact: Architecture, grouped: Diagram) -> Mapping[str, int]:
    """The number of shortcuts of each block of a stage, by the path of the block.

    See `skips_of_blocks`.
    """
    return {path: len(found) for path, found in skips_of_blocks(exact, grouped).items()}


def skips_of_blocks(exact: Architecture, grouped: Diagram) -> Mapping[str, tuple[Skip, ...]]:
    """The shortcuts of each block of a stage, by the path of the block, in the order of its calls.

    A shortcut belongs to the block whose module merges it, or else to the only block that it
    bypasses. Gates are no shortcuts, nor are long connections that bypass no part of the block
    that merges them. Of a block that is called several times, the call with the most counts. Blocks
    that no output reads are left out: nothing in them is looked for. A module of the same class in
    the same list as a block is one too, though a figure may show it as a layer: a block of one
    layer that has lost its shortcut is no more than that.

    Args:
        exact: the graph of all operations.
        grouped: the same model with its blocks and stages marked.
    """
    ends = [one.id for one in exact.operations if one.kind is NodeKind.OUTPUT]
    read = set().union(*(nx.ancestors(exact.graph, end) for end in ends))
    block_of = blocks_of_nodes(grouped)
    reached = dict.fromkeys(block for node, block in block_of.items() if node in read)
    calls: dict[Group, list[Skip]] = {block: [] for block in reached}
    for skip in exact.unrolled_skips:
        if skip.kind is SkipKind.GATE:
            continue
        own = block_of.get(skip.merge)
        around = dict.fromkeys(block_of[one] for one in skip.bypassed if one in block_of)
        if own in around:
            calls[own].append(skip)
        elif len(around) == 1 and not skip.long:
            block = next(iter(around))
            # What is between two blocks is drawn with the first, and is no part of it.
            if any(is_within(exact.operation(one).path, block.path) for one in skip.bypassed):
                calls[block].append(skip)
    found: dict[str, tuple[Skip, ...]] = {}
    for block, skips in calls.items():
        before = found.get(block.path)
        if before is None or len(skips) > len(before):
            found[block.path] = tuple(skips)
    return _with_siblings(exact, found, read)


def _with_siblings(
    exact: Architecture, found: Mapping[str, tuple[Skip, ...]], read: Collection[str]
) -> Mapping[str, tuple[Skip, ...]]:
    """``found`` with all modules of the same list and class, in the order of the graph."""
    kinds = {(path.rpartition(".")[0], exact.modules.get(path)) for path in found}
    paths = dict.fromkeys(
        call.path
        for operation in exact.operations
        if operation.id in read
        for call in operation.calls
        if call.path in found
        or (call.path.rpartition(".")[0], exact.modules.get(call.path)) in kinds
    )
    ordered = {path: found[path] for path in found if path not in paths}
    for path in paths:
        ordered[path] = found[path] if path in found else skips_of_module(exact, path)
    return ordered


def blocks_of_nodes(grouped: Diagram) -> Mapping[str, Group]:
    """The innermost block of a stage around each operation, for operations in blocks."""
    found: dict[str, Group] = {}
    for box in grouped.boxes:
        around = grouped.around(box)
        if any(group.kind is GroupKind.STAGE for group in around):
            blocks = [group for group in around if group.kind is GroupKind.BLOCK]
            found.update(dict.fromkeys(box.members, blocks[-1]) if blocks else ())
    return found


def is_within(path: str, module: str) -> bool:
    """Whether a module path is that of a module, or of one inside it.

    >>> is_within("layer1.0", "layer1"), is_within("layer10", "layer1")
    (True, False)
    """
    return f"{path}.".startswith(f"{module}.")


def skips_of_module(exact: Architecture, path: str) -> tuple[Skip, ...]:
    """The shortcuts that a module merges and that bypass a part of it; gates are none."""
    call = {each for each in exact.call_ids if each.path == path}

    def is_inside(node: str) -> bool:
        return not call.isdisjoint(exact.operation(node).calls)

    return tuple(
        skip
        for skip in exact.skips
        if skip.kind is not SkipKind.GATE
        and is_inside(skip.merge)
        and any(map(is_inside, skip.bypassed))
    )
