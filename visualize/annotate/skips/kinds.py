"""What a branch does decides the kind of its connection.

Identity and projection shortcuts are those of He et al., "Deep Residual Learning for Image
Recognition" (2015), gates those of Hu et al., "Squeeze-and-Excitation Networks" (2017).
"""

from __future__ import annotations

from visualize.annotate.skips.flow import Flow
from visualize.annotate.skips.search import Candidate
from visualize.core.architecture import SkipKind
from visualize.core.operators import IDENTITY, SLICE, MergeType, family, merge_type


def kind_of(flow: Flow, found: Candidate) -> SkipKind | None:
    """The kind of a skip connection; None if it is none."""
    families = {family(flow.operations[node].type) for node in found.branch}
    combination = merge_type(flow.operations[found.merge].type)
    if combination is MergeType.SUBTRACT:
        return None
    if combination is MergeType.CONCAT:
        return SkipKind.CONCAT if families <= IDENTITY | SLICE else None
    if combination is MergeType.MULTIPLY:
        return None if found.branch else SkipKind.GATE
    if families <= IDENTITY:
        return SkipKind.IDENTITY
    return SkipKind.PROJECTION if _projects(flow, found, families) else None


def _projects(flow: Flow, found: Candidate, families: set[str]) -> bool:
    forked = flow.operations[found.fork].outputs
    tensor = found.wire.tensor
    reshaped = bool(forked and tensor and forked[0].shape != tensor.shape)
    if not (reshaped or families & SLICE or any(flow.weights[node] for node in found.branch)):
        return False
    weighted = sum(map(flow.is_weighted, found.branch))
    return weighted <= 1 and weighted < flow.depth(found.bypassed)
