"""Which skip connections are long: they run across a change of resolution, as those of a U-Net."""

from __future__ import annotations

from collections.abc import Collection

from visualize.annotate.skips.flow import Flow
from visualize.annotate.skips.resolution import LOWER, Resolution
from visualize.annotate.skips.search import Candidate
from visualize.core.operators import POOL, REDUCTION, SLICE, MergeType, family

_ONE_VALUE = POOL | REDUCTION | SLICE


def is_long(
    flow: Flow,
    resolution: Resolution,
    found: Candidate,
    branches: Collection[str] = (),
    long: Collection[tuple[str, str]] = (),
) -> bool:
    """Whether all that is bypassed passes fewer positions than the fork, and comes back to them.

    Args:
        flow: the flow of features.
        resolution: that of each feature.
        found: the connection.
        branches: the operands of the merge that arrive over skip branches; these are not bypassed.
        long: the ends of the long connections before it, each as the nodes of its last wire. A path
            over one of them is none that goes down.
    """
    level = resolution.level(found.fork)
    if level is None or not resolution.are_level(found.operand.source, found.fork):
        return False
    ends = [other.source for other in found.others if other.source not in branches]
    if not any(
        resolution.level(end) is None or resolution.are_level(end, found.fork) for end in ends
    ):
        return False  # as where edges of a graph read the nodes that they join
    low = _lower_nodes(flow, resolution, found.bypassed, level)
    return _meets(resolution, found) and _all_pass(flow, found, low, branches, long)


def is_lifted(flow: Flow, resolution: Resolution, found: Candidate) -> bool:
    """Whether branch and bypassed paths come up from a lower resolution to that of the merge.

    What is bypassed works at the resolution of the fork, or lower, before it comes up.
    """
    start, end = resolution.level(found.fork), resolution.level(found.operand.source)
    if start is None or end is None or start > LOWER * end:
        return False
    works: set[str] = set()
    for node in found.bypassed:
        level = resolution.level(node)
        if level is not None and level <= start / LOWER:
            reads_work = any(inflow.source in works for inflow in flow.inflows[node])
            if flow.weights[node] or reads_work:
                works.add(node)
    return _meets(resolution, found) and _all_pass(flow, found, works)


def _all_pass(
    flow: Flow,
    found: Candidate,
    nodes: Collection[str],
    branches: Collection[str] = (),
    long: Collection[tuple[str, str]] = (),
) -> bool:
    """Whether each bypassed path with weights passes one of ``nodes``."""
    if not nodes:
        return False
    ends = {other.source for other in found.others if other.source not in branches}
    passed = {found.fork: False}
    for node in found.bypassed:
        sources = (one.source for one in flow.inflows[node] if one.source in passed)
        before = [passed[source] for source in sources if (source, node) not in long]
        if before and node not in nodes:
            passed[node] = any(before) or bool(flow.weights[node])
    return not any(passed.get(end) for end in ends)


def _lower_nodes(
    flow: Flow, resolution: Resolution, nodes: Collection[str], level: float
) -> set[str]:
    """Those of ``nodes`` that have fewer positions than ``level``.

    The one value per channel that a global pool leaves is not a resolution.
    """
    singles = [node for node in nodes if resolution.is_single(node)]
    pools = any(family(flow.type(node)) in _ONE_VALUE for node in singles)
    low = set()
    for node in nodes:
        here = resolution.level(node)
        if here is not None and here <= LOWER * level and not (pools and node in singles):
            low.add(node)
    return low


def _meets(resolution: Resolution, found: Candidate) -> bool:
    """Whether the branch and the result have one resolution."""
    tensor, shape = found.operand.tensor, found.merge.shape
    if tensor is None or shape is None:
        return False
    if found.merge.type is MergeType.CONCAT:
        axis = resolution.axes.get(found.operand.source)
        changed = [at for at, sizes in enumerate(zip(tensor.shape, shape)) if len(set(sizes)) > 1]
        return len(shape) == len(tensor.shape) and changed == [axis]
    others = [other.tensor for other in found.others if other.tensor]
    return tensor.shape == shape and any(other.shape == shape for other in others)
