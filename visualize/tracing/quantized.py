"""Floating-point operations of quantized layers, whose weights are packed in objects of torch.

`torch.utils.flop_counter` has no formulas for them. They count as layers of the same size do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch


def quantized_flops(func: Any, args: Sequence[Any], result: Any) -> int:
    """FLOPs of an operator of ``torch.ops.quantized``, 0 for those without weights."""
    flops = 0
    for packed in args if args and isinstance(args[0], torch.Tensor) else ():
        if isinstance(packed, torch.ScriptObject) and hasattr(packed, "unpack"):
            weight, _bias = packed.unpack()
            rows = int(args[0].numel()) // max(int(args[0].shape[-1]), 1)
            if weight.dim() > 2:
                transposed = "transpose" in func.name()
                places = args[0] if transposed else result
                flops += 2 * int(places.numel()) * int(weight[0].numel())
            else:
                flops += 2 * rows * int(weight.numel())
    return flops


def recurrent_flops(gates: int) -> Callable[..., int]:
    """A formula for a dynamically quantized recurrent layer with ``gates`` products a step.

    >>> hidden = torch.zeros(1, 3, 16)
    >>> recurrent_flops(4)(torch.zeros(5, 3, 8), [hidden, hidden]) == 2 * 5 * 3 * 4 * 16 * (8 + 16)
    True
    """

    def flops(input: Any, hidden: Any, *rest: Any, **_: Any) -> int:
        state = hidden[0] if isinstance(hidden, (list, tuple)) else hidden
        sides = 2 if len(rest) > 5 and rest[5] else 1
        width = int(state.shape[-1])
        rows = int(input.numel()) // max(int(input.shape[-1]), 1)
        layers = int(state.shape[0]) // sides
        inputs = [int(input.shape[-1]), *[sides * width] * (layers - 1)]
        return 2 * rows * sides * sum(gates * width * (each + width) for each in inputs)

    return flops


def int8_flops(input: Any, weight: Any, *_: Any, **__: Any) -> int:
    """A product with a matrix of integers, outputs × inputs, that is scaled afterwards."""
    return 2 * int(input.numel()) * int(weight.shape[0])


QUANTIZED: Mapping[Any, Callable[..., int]] = {
    torch.ops.aten.quantized_lstm: recurrent_flops(4),
    torch.ops.aten.quantized_gru: recurrent_flops(3),
    torch.ops.aten._weight_int8pack_mm: int8_flops,
}
