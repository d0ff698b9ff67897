"""What the branches of skip connections cost, each operation and parameter on them once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple

from visualize.core.architecture import Skip
from visualize.core.operands import each_once


class BranchCost(NamedTuple):
    """Parameters and multiply-accumulate operations."""

    parameters: int
    macs: int


def cost_of_branches(skips: Collection[Skip], macs: Callable[[str], int]) -> BranchCost:
    """The cost of all that is on the branches of skip connections, wherever it is printed.

    Connections may share a branch, and operations of several branches their parameters.

    Args:
        skips: the connections.
        macs: the MACs of the operation with an id.
    """
    operations = dict.fromkeys(node for skip in skips for node in skip.branch)
    return BranchCost(each_once(skip.held for skip in skips), sum(map(macs, operations)))
