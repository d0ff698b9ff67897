"""Activation memory: the tensors that operations compute, in bytes."""

from __future__ import annotations

import math
import re

from visualize.core.architecture import Layer, NodeKind
from visualize.core.operators import IDENTITY, RESHAPE, SLICE, family


def activation_memory(layer: Layer) -> int:
    """Bytes of the tensors that the operations of a box compute, for a batch as it was traced."""
    return sum(
        math.prod(tensor.shape) * _bytes(tensor.dtype)
        for part in layer.operations
        if part.kind in (NodeKind.MODULE, NodeKind.FUNCTION)
        and family(part.type) not in RESHAPE | SLICE | IDENTITY
        for tensor in part.outputs
    )


def _bytes(dtype: str) -> int:
    """Size of a number: float32 has 4 bytes, bool one.

    >>> _bytes("float32"), _bytes("bool"), _bytes("float8_e4m3fn")
    (4, 1, 1)
    """
    bits = re.match(r"[a-z]+(\d+)", dtype)
    return max(1, int(bits[1]) // 8) if bits else 1
