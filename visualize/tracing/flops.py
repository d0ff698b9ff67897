"""Floating-point operations, by the formulas of `torch.utils.flop_counter`.

They are counted once for each function and set of shapes.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils.flop_counter import flop_registry, sdpa_flop_count

from visualize.core.torch_internals import (
    TorchDispatchMode,
    can_decompose,
    device_constructors,
    in_transformation,
    overload_packet,
    storage_id,
    version_of,
)
from visualize.tracing.tensors import tensors_in


def _vector_flops(first: Any, *_: Any, **__: Any) -> int:
    """A matrix or vector times a vector."""
    return 2 * int(first.numel())


def _trilinear_flops(one: Any, weight: Any, other: Any, *_: Any, **__: Any) -> int:
    """``nn.Bilinear``: x Wᵢ y for each of its outputs, first W y and then x."""
    rows = int(one.numel()) // int(one.shape[-1])
    outputs, left, right = map(int, weight.shape[-3:])
    return 2 * rows * outputs * left * (right + 1)


def _grouped_flops(left: Any, right: Any, *_: Any, **__: Any) -> int:
    """A product of each group of rows with a matrix of its own, as of experts."""
    return 2 * int(left.numel()) * int(right.shape[-1])


def _attention_flops(query: Any, key: Any, value: Any, *_: Any, **__: Any) -> int:
    return int(sdpa_flop_count(query.shape, key.shape, value.shape))  # type: ignore[no-untyped-call]


# What torch.utils.flop_counter has no formula for.
_MORE: dict[Any, Callable[..., int]] = {
    torch.ops.aten.mv: _vector_flops,
    torch.ops.aten.dot: _vector_flops,
    torch.ops.aten._trilinear: _trilinear_flops,
    torch.ops.aten._grouped_mm: _grouped_flops,
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: _attention_flops,
}


class FlopCounter(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Adds the FLOPs of every operation under it to ``total``."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.total = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:  # the signature is torch's
        packet = overload_packet(func)
        formula = _MORE.get(packet)
        if formula is not None:
            self.total += formula(*args, **(kwargs or {}))
            return func(*args, **(kwargs or {}))
        if packet in flop_registry:
            result = func(*args, **(kwargs or {}))
            self.total += flop_registry[packet](*args, **(kwargs or {}), out_val=result)
            return result
        if can_decompose(func):
            with self:
                result = func.decompose(*args, **(kwargs or {}))
            if result is not NotImplemented:
                return result
        return func(*args, **(kwargs or {}))


@dataclass(frozen=True)
class _Call:
    """What is known of calls of a function with tensors of certain shapes.

    Attributes:
        flops: how many each takes.
        result: shape, strides and dtype of the new tensor that each returns on the meta device,
            if that is all it does.
    """

    flops: int
    result: tuple[torch.Size, tuple[int, ...], torch.dtype] | None = None


class Memory:
    """Runs functions and knows their FLOPs, which are counted once for each set of shapes.

    On the meta device nothing but shapes decides what a function returns, so there a call that
    is known is not made again: asking the meta device takes longer than all the rest.
    """

    def __init__(self) -> None:
        self.counter = FlopCounter()
        self.known: dict[Any, _Call] = {}
        self.counts_all = False

    @property
    def total(self) -> int:
        """The FLOPs so far."""
        return self.counter.total

    @contextlib.contextmanager
    def counting(self) -> Iterator[None]:
        """Count also what is not called through `call`, as by compiled functions."""
        self.counts_all = True
        try:
            with self.counter:
                yield
        finally:
            self.counts_all = False

    def call(
        self,
        func: Callable[..., Any],
        args: Any,
        kwargs: dict[str, Any],
        given: Sequence[torch.Tensor],
    ) -> Any:
        """``func(*args, **kwargs)``; its FLOPs are added to ``total``."""
        key = None if in_transformation() else _key(func, args, kwargs)
        known = self.known.get(key) if key else None
        if known is not None and known.result is not None and not torch.is_grad_enabled():
            self.counter.total += known.flops
            shape, strides, dtype = known.result
            return torch.empty_strided(shape, strides, dtype=dtype, device="meta")
        if known is not None and not self.counts_all:
            self.counter.total += known.flops
            return func(*args, **kwargs)
        versions = [version_of(tensor) for tensor in given]
        before = self.counter.total
        with contextlib.nullcontext() if self.counts_all else self.counter:
            result = func(*args, **kwargs)
        flops = self.counter.total - before
        if key:
            unchanged = versions == [version_of(tensor) for tensor in given]
            new = unchanged and _is_new(result, given)
            form = (result.shape, result.stride(), result.dtype) if new else None
            self.known[key] = _Call(flops, form)
        return result


class OnMeta(TorchFunctionMode):
    """Makes tensors on the meta device; what ``memory`` knows is not computed again."""

    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self.memory = memory

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func in factories():
            device = kwargs.get("device")
            return func(*args, **{**kwargs, "device": "meta" if device is None else device})
        given = tensors_in((args, kwargs))
        return self.memory.call(func, args, kwargs, given) if given else func(*args, **kwargs)


@functools.cache
def factories() -> frozenset[Any]:
    """The functions that make tensors on a device."""
    return device_constructors()


def _is_new(result: Any, given: Sequence[torch.Tensor]) -> bool:
    """Whether ``result`` is a tensor without values that shares no memory with those given."""
    if type(result) is not torch.Tensor or not result.is_meta or not given:
        return False
    storage = storage_id(result)
    return all(t.is_meta and storage_id(t) != storage for t in given)


def _key(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """What decides the result of a call, its values apart, or None where that cannot be told."""
    try:
        key = (func, _part(args), _part(tuple(kwargs.items())))
        hash(key)
    except (TypeError, RuntimeError, NotImplementedError):  # a tensor without strides
        return None
    return key


def _part(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.shape, value.stride(), value.dtype, value.is_meta
    if isinstance(value, (tuple, list)):
        return tuple([_part(item) for item in value])
    return type(value), value  # 1, 1.0 and True are equal
