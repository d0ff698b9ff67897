"""Activation memory: the tensors that operations compute, in bytes."""

from __future__ import annotations

import math

from visualize.core.architecture import Layer, NodeKind
from visualize.core.dtypes import element_size
from visualize.core.operators import IDENTITY, RESHAPE, SLICE, family


def activation_memory(layer: Layer) -> int:
    """Bytes of the tensors that the operations of a box compute, for a batch as it was traced."""
    return sum(
        math.prod(tensor.shape) * element_size(tensor.dtype)
        for part in layer.operations
        if part.kind in (NodeKind.MODULE, NodeKind.FUNCTION)
        and family(part.type) not in RESHAPE | SLICE | IDENTITY
        for tensor in part.outputs
    )
