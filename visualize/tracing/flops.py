"""Floating-point operations, by the formulas of `visualize.tracing.formulas`.

They are counted once for each function and set of shapes.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch.autograd.graph import increment_version
from torch.overrides import TorchFunctionMode

from visualize.core.randomness import drawing
from visualize.core.torch_internals import (
    TorchDispatchMode,
    can_decompose,
    device_constructors,
    in_transformation,
    storage_id,
    version_of,
)
from visualize.tracing.formulas import flops_of_function, formula_of, real_products
from visualize.tracing.lasting import LastingCalls
from visualize.tracing.quantized import quantized_flops
from visualize.tracing.tensors import tensors_in


class FlopCounter(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Adds the FLOPs of every operation under it to ``total``."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.total = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:  # the signature is torch's
        kwargs = kwargs or {}
        formula = formula_of(func)
        if formula is not None:
            result = func(*args, **kwargs)
            self.total += formula(*args, **kwargs, out_val=result) * real_products(args)
            return result
        if func.namespace == "quantized":
            result = func(*args, **kwargs)
            self.total += quantized_flops(func, args, result)
            return result
        if can_decompose(func):
            with self:
                result = func.decompose(*args, **kwargs)
            if result is not NotImplemented:
                return result
        return func(*args, **kwargs)

    def run(
        self,
        func: Callable[..., Any],
        args: Any,
        kwargs: Mapping[str, Any],
        *,
        is_entered: bool = False,
    ) -> Any:
        """``func(*args, **kwargs)``; its parts alone may not show what it takes.

        Args:
            func: a function or operator.
            args: its arguments.
            kwargs: those that it is given by name.
            is_entered: whether the counter counts already.
        """
        before = self.total
        with contextlib.nullcontext() if is_entered else self:
            result = func(*args, **kwargs)
        self.total = before + flops_of_function(func, args, kwargs, result, self.total - before)
        return result


@dataclass(frozen=True)
class _Form:
    """A new tensor on the meta device."""

    shape: torch.Size
    strides: tuple[int, ...]
    dtype: torch.dtype

    def make(self) -> torch.Tensor:
        return torch.empty_strided(self.shape, self.strides, dtype=self.dtype, device="meta")


@dataclass(frozen=True)
class _Forms:
    """A tuple of new tensors, None where it holds None."""

    items: tuple[_Form | None, ...]

    def make(self) -> tuple[torch.Tensor | None, ...]:
        return tuple([None if item is None else item.make() for item in self.items])


@dataclass(frozen=True)
class _Written:
    """The one given tensor, written to in place."""

    def make(self, tensor: torch.Tensor) -> torch.Tensor:
        increment_version(tensor)
        return tensor


_Result: TypeAlias = _Form | _Forms | _Written


@dataclass(frozen=True)
class _Call:
    """What is known of calls of a function with tensors of certain shapes.

    Attributes:
        flops: how many each takes.
        result: what each returns on the meta device, if that is all it does.
    """

    flops: int
    result: _Result | None = None


_LASTING: LastingCalls[_Call] = LastingCalls()


class Memory:
    """Runs functions and knows their FLOPs, which are counted once for each set of shapes.

    On the meta device nothing but shapes decides what a function returns, so there a call that
    is known is not made again: asking the meta device takes longer than all the rest. What is
    known of the functions of torch itself outlives the memory, for the next model.
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
        """Also count calls that do not go through `call`, such as those in compiled functions."""
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
        key_of = functools.partial(_key, func, args, kwargs)
        key = None if in_transformation() else key_of()
        known = (self.known.get(key) or _LASTING.get(key)) if key else None
        if key and known is None and func in _RULES:
            ruled = _ruled(func, args, kwargs)
            if ruled is not None:
                known = self.known[key] = _Call(0, ruled)
        form = known.result if known is not None else None
        if known is not None and form is not None and not torch.is_grad_enabled():
            self.counter.total += known.flops
            return form.make(given[0]) if isinstance(form, _Written) else form.make()
        if known is not None and not self.counts_all:
            self.counter.total += known.flops
            return func(*args, **kwargs)
        versions = [version_of(tensor) for tensor in given]
        before = self.counter.total
        result = self.counter.run(func, args, kwargs, is_entered=self.counts_all)
        flops = self.counter.total - before
        if key:
            unchanged = versions == [version_of(tensor) for tensor in given]
            form = (_form_of if unchanged else _written)(result, given)
            if isinstance(form, _Written) and key_of() != key:
                form = None  # it has another shape now
            if known is None:
                self.known[key] = known = _Call(flops, form)
                _LASTING.keep(func, key, known)
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
        with drawing(func):
            return self.memory.call(func, args, kwargs, given) if given else func(*args, **kwargs)


@functools.cache
def factories() -> frozenset[Any]:
    """The functions that make tensors on a device."""
    return device_constructors()


def _form_of(result: Any, given: Sequence[torch.Tensor]) -> _Form | _Forms | None:
    """The form of what a function returned; None if that is more than new tensors on meta."""
    if not given or not all(tensor.is_meta for tensor in given):
        return None
    storages = {storage_id(tensor) for tensor in given}
    if type(result) is not tuple:
        return _form_of_new(result, storages)
    forms = []
    for item in result:
        form = None if item is None else _form_of_new(item, storages)
        if item is not None and form is None:
            return None
        forms.append(form)
    return _Forms(tuple(forms))


def _written(result: Any, given: Sequence[torch.Tensor]) -> _Written | None:
    """The form of what a function returned that wrote to ``given`` and returned it."""
    if len(given) != 1 or result is not given[0] or not result.is_meta:
        return None
    return _Written() if type(result) is torch.Tensor else None


def _form_of_new(tensor: Any, storages: set[int | None]) -> _Form | None:
    """The form of a tensor that shares none of ``storages``, to which its own is added."""
    if type(tensor) is not torch.Tensor or not tensor.is_meta:
        return None
    storage = storage_id(tensor)
    if storage in storages:
        return None
    storages.add(storage)
    return _Form(tensor.shape, tensor.stride(), tensor.dtype)


def _batch_norm(
    input: torch.Tensor,
    running_mean: torch.Tensor | None,
    running_var: torch.Tensor | None,
    weight: torch.Tensor | None = None,
    bias: torch.Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> _Form | None:
    """The form of a batch norm in inference: that of its input, if its statistics fit it."""
    if training or running_mean is None or running_var is None or input.dim() < 2:
        return None
    for tensor in (running_mean, running_var, weight, bias):
        if tensor is not None:
            fits = tensor.shape == input.shape[1:2] and tensor.dtype == input.dtype
            if not (fits and tensor.is_meta):
                return None
    if not (input.is_meta and type(input) is torch.Tensor and input.is_contiguous()):
        return None
    return _Form(input.shape, input.stride(), input.dtype)


def _concat(tensors: Any, dim: Any = 0) -> _Form | None:
    """The form of a concat of contiguous tensors that fit each other."""
    if type(dim) is not int or type(tensors) not in (list, tuple) or not tensors:
        return None
    first = tensors[0]
    rank = first.dim()
    if not -rank <= dim < rank:
        return None
    rest = list(first.shape)
    rest[dim] = 0
    length = 0
    for tensor in tensors:
        if type(tensor) is not torch.Tensor or tensor.dim() != rank:
            return None
        if not (tensor.is_meta and tensor.is_contiguous() and tensor.dtype == first.dtype):
            return None
        length += tensor.shape[dim]
        sizes = list(tensor.shape)
        sizes[dim] = 0
        if sizes != rest:
            return None
    rest[dim] = length
    strides = itertools.accumulate([1, *(max(size, 1) for size in rest[:0:-1])], operator.mul)
    return _Form(torch.Size(rest), tuple(strides)[::-1], first.dtype)


# Functions without FLOPs whose result is plain and takes the meta device long to find.
_RULES: dict[Any, Callable[..., _Form | None]] = {
    torch.nn.functional.batch_norm: _batch_norm,
    torch.cat: _concat,
}


def _ruled(func: Any, args: Any, kwargs: dict[str, Any]) -> _Form | None:
    """What a rule says of a call.

    A rule knows the usual arguments. Others, such as ``axis`` for ``dim``, and those that torch
    refuses, are left to torch.
    """
    try:
        return _RULES[func](*args, **kwargs)
    except (TypeError, AttributeError):
        return None


def _key(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """What decides the form of a call's result; None where values or addresses may matter too."""
    try:
        default = torch.get_default_dtype()
        key = (func, default, _part(args), _part(tuple(kwargs.items())) if kwargs else ())
        hash(key)
    except (TypeError, RuntimeError, NotImplementedError):  # a tensor without strides
        return None
    return key


def _part(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return type(value), value.shape, value.stride(), value.dtype, value.is_meta
    if isinstance(value, (tuple, list)):
        # Most items are plain values, and a call for each takes long.
        return tuple([(type(i), i) if type(i) in _PLAIN else _part(i) for i in value])
    return type(value), value  # 1, 1.0 and True are equal


_PLAIN = frozenset({int, float, bool, str, type(None)})
