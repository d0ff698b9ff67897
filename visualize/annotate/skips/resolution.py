"""Whether a skip connection is long: whether what it bypasses changes resolution and comes back."""

from __future__ import annotations

from visualize.annotate.skips.flow import Flow
from visualize.annotate.skips.search import Candidate
from visualize.core.operators import (
    CONVOLUTION,
    POOL,
    RESAMPLE,
    TRANSPOSED_CONVOLUTION,
    family,
)

_SPATIAL = CONVOLUTION | TRANSPOSED_CONVOLUTION | POOL | RESAMPLE
_POOLING = POOL | {"mean"}


def is_long(flow: Flow, found: Candidate) -> bool:
    """Whether the bypassed path passes a resolution found at none of its ends.

    The one value per channel that a global pool leaves is not a resolution.
    """
    ends = [found.fork, found.merge, *(inflow.source for inflow in flow.inflows[found.merge])]
    resolutions = {_resolution(flow, node) for node in ends}
    families = {node: family(flow.operations[node].type) for node in found.bypassed}
    passed = {_resolution(flow, node) for node in families if families[node] in _SPATIAL}
    pooled = {_resolution(flow, node) for node in families if families[node] in _POOLING}
    return any(set(sizes) != {1} or sizes not in pooled for sizes in passed - resolutions)


def _resolution(flow: Flow, node: str) -> tuple[int, ...]:
    outputs = flow.operations[node].outputs
    return outputs[0].shape[2:] if outputs else ()
