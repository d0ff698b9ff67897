"""Floating-point operations, counted by the formulas of `torch.utils.flop_counter`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry, sdpa_flop_count


def _vector_flops(first: Any, *_: Any, **__: Any) -> int:
    """A matrix or vector times a vector."""
    return 2 * first.numel()


def _trilinear_flops(one: Any, weight: Any, other: Any, *_: Any, **__: Any) -> int:
    """``nn.Bilinear``: x Wᵢ y for each of its outputs, first W y and then x."""
    rows = one.numel() // one.shape[-1]
    outputs, left, right = weight.shape[-3:]
    return 2 * rows * outputs * left * (right + 1)


def _grouped_flops(left: Any, right: Any, *_: Any, **__: Any) -> int:
    """A product of each group of rows with a matrix of its own, as of experts."""
    if left.dim() == 2 and right.dim() == 3:
        return 2 * left.shape[0] * left.shape[1] * int(right.shape[-1])
    return 2 * math.prod(left.shape) * int(right.shape[-1])


def _attention_flops(query: Any, key: Any, value: Any, *_: Any, **__: Any) -> int:
    return int(sdpa_flop_count(query.shape, key.shape, value.shape))


# What torch.utils.flop_counter has no formula for.
_MORE: dict[Any, Callable[..., int]] = {
    torch.ops.aten.mv: _vector_flops,
    torch.ops.aten.dot: _vector_flops,
    torch.ops.aten._trilinear: _trilinear_flops,
    torch.ops.aten._grouped_mm: _grouped_flops,
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: _attention_flops,
}


class FlopCounter(TorchDispatchMode):
    """Adds the FLOPs of every operation under it to ``total``."""

    def __init__(self) -> None:
        super().__init__()
        self.total = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:  # the signature is torch's
        packet = getattr(func, "_overloadpacket", func)  # higher-order operators have none
        formula = _MORE.get(packet)
        if formula is not None:
            self.total += formula(*args, **(kwargs or {}))
            return func(*args, **(kwargs or {}))
        if packet in flop_registry:
            result = func(*args, **(kwargs or {}))
            self.total += flop_registry[packet](*args, **(kwargs or {}), out_val=result)
            return result
        if isinstance(func, torch._ops.OpOverload) and func._can_decompose():
            with self:
                result = func.decompose(*args, **(kwargs or {}))
            if result is not NotImplemented:
                return result
        return func(*args, **(kwargs or {}))


class FlopMemory:
    """Runs functions and knows their FLOPs, which are counted once for each set of shapes."""

    def __init__(self) -> None:
        self.counter = FlopCounter()
        self.known: dict[Any, int] = {}
        self.total = 0

    def is_new(self, func: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> bool:
        """Whether the FLOPs of such a call are not known yet."""
        key = _key(func, args, kwargs)
        return key is None or key not in self.known

    def call(self, func: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
        """``func(*args, **kwargs)``; its FLOPs are added to ``total``."""
        key = _key(func, args, kwargs)
        flops = self.known.get(key) if key else None
        if flops is not None:
            self.total += flops
            return func(*args, **kwargs)
        before = self.counter.total
        with self.counter:
            result = func(*args, **kwargs)
        flops = self.counter.total - before
        self.total += flops
        if key:
            self.known[key] = flops
        return result


def _key(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """What decides the FLOPs of a call, or None where that cannot be told."""
    try:
        key = (func, _part(args), _part(tuple(kwargs.items())))
        hash(key)
    except TypeError:
        return None
    return key


def _part(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.shape, value.dtype
    if isinstance(value, (tuple, list)):
        return tuple([_part(item) for item in value])
    return value
