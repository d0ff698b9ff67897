"""Which blocks have a shortcut, and which have none."""

from __future__ import annotations

from collections.abc import Mapping

from visualize.core.architecture import Architecture, SkipKind
from visualize.core.diagram import Diagram, GroupKind


def shortcuts_of_blocks(exact: Architecture, grouped: Diagram) -> Mapping[str, int]:
    """The number of shortcuts of each block of a stage, by the path of the block.

    A shortcut belongs to the block whose module merges it, or else to the only block that it
    bypasses. Gates are no shortcuts, and long connections run between stages.

    Args:
        exact: the graph of all operations.
        grouped: the same model with its blocks and stages marked.
    """
    block_of: dict[str, str] = {}
    for box in grouped.boxes:
        around = grouped.around(box)
        if any(group.kind is GroupKind.STAGE for group in around):
            paths = [group.path for group in around if group.kind is GroupKind.BLOCK]
            block_of.update(dict.fromkeys(box.members, paths[-1]) if paths else ())
    found = dict.fromkeys(block_of.values(), 0)
    for skip in exact.skips:
        if skip.kind is SkipKind.GATE or skip.long:
            continue
        own = block_of.get(skip.merge)
        bypassed = dict.fromkeys(block_of[one] for one in skip.bypassed if one in block_of)
        if own in bypassed:
            found[own] += 1
        elif len(bypassed) == 1:
            found[next(iter(bypassed))] += 1
    return found
