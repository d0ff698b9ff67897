"""Activation memory: the tensors that operations compute, in bytes."""

from __future__ import annotations

import math
from collections.abc import Iterable

from visualize.core.architecture import Operation
from visualize.core.dtypes import element_size
from visualize.core.operators import operator


def activation_memory(operations: Iterable[Operation]) -> int:
    """Bytes of the tensors that ``operations`` compute, for a batch as it was traced."""
    return sum(
        math.prod(tensor.shape) * element_size(tensor.dtype)
        for operation in operations
        if operation.computes and not operator(operation.type).moves_only
        for tensor in operation.outputs
    )
