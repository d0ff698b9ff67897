"""Masks that let each position see itself and earlier ones only."""

from __future__ import annotations

from visualize.core.architecture import Architecture
from visualize.core.operators import ACTIVATION, AFFINE, ATTENTION, NORM, PRODUCT, family

_TRIANGLE = frozenset({"tril", "triu", "trilindices", "triuindices"})
_COMPARE = frozenset({"le", "lt", "ge", "gt"})
# No mask is behind these: what they return is data.
_END = ATTENTION | ACTIVATION | NORM | AFFINE | PRODUCT


def causal_masks(exact: Architecture) -> frozenset[str]:
    """Operations whose result holds a causal mask, or is made with one.

    It is known by how it is made: a triangle, or a comparison of positions with positions, none
    of which is data. One that is stored in a buffer cannot be distinguished from others.
    """
    found: set[str] = set()
    positions: set[str] = set()
    for one in exact.operations:
        kind = family(one.type)
        inputs = exact.inputs(one.id)
        read = [source for source, _, wire in inputs if wire.tensor is not None]
        is_constant = not any(wire.data for _, _, wire in inputs)
        if kind == "arange" or (kind not in _END and not positions.isdisjoint(read)):
            positions.add(one.id)
        compares = kind in _COMPARE and len(set(read)) == 2 and positions.issuperset(read)
        made = is_constant and (kind in _TRIANGLE or compares)
        if made or (kind not in _END and not found.isdisjoint(read)):
            found.add(one.id)
    return frozenset(found)
