"""Long skip connections with blocks on them: stacked hourglasses, U-Net++.

    x ──▶ block ─────────────────▶ ‖
    └───▶ pool ▶ block ▶ block ▶ up ┘

The branch is followed back at its own resolution. A stretch with one tensor in and one out, such
as a residual block, is one step; what comes up from a lower resolution to a concat is a side
input.

A branch may also come up itself, as those of UNETR (Hatamizadeh et al. 2022) and DPT (Ranftl et al.
2021), whose encoders have one resolution. It is followed back to lower ones, and never up again.

    tokens ──▶ up ▶ up ───────▶ ‖
    └───▶ block ▶ block ▶ up ▶ up ┘
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from visualize.annotate.skips.chain import carried
from visualize.annotate.skips.flow import Flow
from visualize.annotate.skips.long import is_lifted, is_long
from visualize.annotate.skips.merges import Merge, Operand
from visualize.annotate.skips.pieces import WHOLE, piece_of
from visualize.annotate.skips.resolution import LOWER, Resolution
from visualize.annotate.skips.search import Candidate, Search, candidate
from visualize.core.operators import CONCAT, MergeType, family

# A branch has at most this part of the weighted layers that it bypasses: the parallel branches of
# an HRNet are nearly as deep as each other, and none is a shortcut.
_SHALLOWER = 0.6


def find_block_skip(
    flow: Flow, resolution: Resolution, merge: Merge, operand: Operand
) -> Candidate | None:
    """The long skip connection that arrives at ``merge`` as ``operand`` over layers of its own."""
    rising = [
        other.source
        for other in merge.operands
        if other is not operand and other.source in resolution.rising
    ]
    is_sum = merge.type in (MergeType.ADD, MergeType.SUBTRACT)
    fits = is_sum or merge.type is MergeType.CONCAT
    if not rising or not fits or operand.is_factor:
        return None
    search = Search(flow, rising)
    branch: set[str] = set()
    for fork, passed in _steps(flow, resolution, operand.source):
        branch |= passed
        if not search.walk_back_to(fork, branch):
            return None
        readers = [reader for reader in flow.readers[fork] if reader in branch]
        pieces = [piece_of(flow, reader, fork) for reader in readers] or [WHOLE]
        if search.reaches(fork, pieces):
            found = candidate(search, fork, branch, pieces, merge, operand)
            return found if _is_shortcut(flow, resolution, found, is_sum) else None
    return None


def _steps(flow: Flow, resolution: Resolution, node: str) -> Iterator[tuple[str, set[str]]]:
    """The nodes that all of the branch passes, each with the nodes between the last and it."""
    waiting = [-flow.position[node]]
    seen = {node}
    passed: set[str] = set()
    while waiting:
        node = flow.order[-heapq.heappop(waiting)]
        if not waiting:
            yield node, passed
            passed = set()
        passed.add(node)
        for source in _sources(flow, resolution, node):
            if source not in seen:
                seen.add(source)
                heapq.heappush(waiting, -flow.position[source])


def _sources(flow: Flow, resolution: Resolution, node: str) -> list[str]:
    """What ``node`` reads or scales at its own resolution, or comes up from."""
    sources = [inflow.source for inflow in flow.inflows[node]]
    if len(sources) == 1:
        here, before = resolution.level(node), resolution.level(sources[0])
        is_higher = here and before and LOWER * before > here
        return [] if is_higher else sources
    scaled = carried(flow, node)
    if scaled is not None:  # what computes the gate of a product is no part of the branch
        return [scaled]
    level = [source for source in sources if resolution.are_level(node, source)]
    lateral = [source for source in level if source not in resolution.rising]
    if family(flow.type(node)) in CONCAT:
        return lateral
    return level if len(lateral) in (0, len(level)) else []


def _is_shortcut(flow: Flow, resolution: Resolution, found: Candidate, is_sum: bool) -> bool:
    tensors = [found.operand.tensor, *(other.tensor for other in found.others)]
    if is_sum and any(tensor and tensor.shape != found.merge.shape for tensor in tensors):
        return False
    is_shallower = flow.depth(found.branch) <= _SHALLOWER * flow.depth(found.bypassed)
    crosses = is_long(flow, resolution, found) or is_lifted(flow, resolution, found)
    return is_shallower and crosses
