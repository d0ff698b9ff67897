"""Sums that only make a gate: no shortcut ends there.

    x ─▶ conv ─▶ + ─▶ relu ─▶ conv ─▶ sigmoid ─▶ × ─▶       Oktay et al., "Attention U-Net" (2018)
    g ─▶ conv ───┘                    x ─────────┘

Both tensors are the inputs of a layer, as those of a GRU are: a projection beside more layers is
no residual connection there.
"""

from __future__ import annotations

from visualize.annotate.skips.chain import SQUASHES
from visualize.annotate.skips.effects import Effect, effect_of
from visualize.annotate.skips.flow import Flow
from visualize.core.operators import (
    ACTIVATION,
    COPIES,
    NORM,
    SUBTRACT,
    MergeType,
    family,
    merge_type,
)


def ends_in_gate(flow: Flow, node: str) -> bool:
    """Whether all that reads a sum makes it a factor, over one layer with weights at the most."""
    layers = 0
    is_bounded = False
    while len(flow.readers[node]) == 1:
        node = flow.readers[node][0]
        name = family(flow.type(node))
        if merge_type(name) is MergeType.MULTIPLY and len(flow.inflows[node]) > 1:
            return is_bounded
        if len(flow.inflows[node]) != 1:
            return False
        weighted = flow.is_weighted(node)
        layers += weighted
        if name in SQUASHES or (name == "tanh" and not layers):
            is_bounded = True
        elif layers > 1 or not (weighted or name in ACTIVATION | NORM or _moves(flow, node)):
            return False
    return is_bounded and _is_factor(flow, node)


def _is_factor(flow: Flow, node: str) -> bool:
    """Whether several nodes read a gate, all of them to multiply with it or with 1 less it."""
    readers = flow.readers[node]
    return bool(readers) and all(
        merge_type(flow.type(one)) is MergeType.MULTIPLY or family(flow.type(one)) in SUBTRACT
        for one in readers
    )


def _moves(flow: Flow, node: str) -> bool:
    return effect_of(flow, node) is Effect.KEEPS or family(flow.type(node)) in COPIES
