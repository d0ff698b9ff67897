"""Which blocks have a shortcut, and which have none."""

from __future__ import annotations

from collections.abc import Mapping

import networkx as nx

from visualize.core.architecture import Architecture, NodeKind, SkipKind
from visualize.core.diagram import Diagram, Group, GroupKind


def shortcuts_of_blocks(exact: Architecture, grouped: Diagram) -> Mapping[str, int]:
    """The number of shortcuts of each block of a stage, by the path of the block.

    A shortcut belongs to the block whose module merges it, or else to the only block that it
    bypasses. Gates are no shortcuts, nor are long connections that bypass no part of the block
    that merges them. Of a block that is called several times, the call with the most counts. Blocks
    that no output reads are left out: nothing in them is looked for.

    Args:
        exact: the graph of all operations.
        grouped: the same model with its blocks and stages marked.
    """
    ends = [one.id for one in exact.operations if one.kind is NodeKind.OUTPUT]
    read = set().union(*(nx.ancestors(exact.graph, end) for end in ends))
    block_of: dict[str, Group] = {}
    for box in grouped.boxes:
        around = grouped.around(box)
        if any(group.kind is GroupKind.STAGE for group in around):
            blocks = [group for group in around if group.kind is GroupKind.BLOCK]
            block_of.update(dict.fromkeys(box.members, blocks[-1]) if blocks else ())
    calls = dict.fromkeys((block for node, block in block_of.items() if node in read), 0)
    for skip in exact.unrolled_skips:
        if skip.kind is SkipKind.GATE:
            continue
        own = block_of.get(skip.merge)
        bypassed = dict.fromkeys(block_of[one] for one in skip.bypassed if one in block_of)
        if own in bypassed:
            calls[own] += 1
        elif len(bypassed) == 1 and not skip.long:
            calls[next(iter(bypassed))] += 1
    found: dict[str, int] = {}
    for block, number in calls.items():
        found[block.path] = max(number, found.get(block.path, 0))
    return found
