"""FLOPs as torch counts them, with formulas for products with a vector."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode


def _of_vector(shape: torch.Size, *_: Any, **__: Any) -> int:
    """Of a product of a matrix or vector with a vector."""
    return 2 * math.prod(shape)


# What torch's counter has no formulas for, and spectral norm computes.
_VECTORS = {torch.ops.aten.mv: _of_vector, torch.ops.aten.dot: _of_vector,
            torch.ops.aten.vdot: _of_vector}  # fmt: skip


def flop_counter() -> FlopCounterMode:
    """Counts the FLOPs of what runs inside it; twice the MACs."""
    return FlopCounterMode(display=False, custom_mapping=_VECTORS)
