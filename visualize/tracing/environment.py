"""Where the operations of a recorded run are computed.

The model sees an ordinary CPU: tensors report that they are on it, and requests for another
device are ignored. In fact its tensors are on the meta device, unless their values are known and
few: those computed from constants and from integer inputs alone keep them, because models decide by
such values (positions, masks, sizes) what to compute.
"""

from __future__ import annotations

import contextlib
import enum
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import torch

from visualize.core.phrases import Note
from visualize.core.randomness import drawing
from visualize.core.torch_internals import (
    TorchDispatchMode,
    overload_packet,
    without_torch_function,
)
from visualize.tracing.flops import Memory, factories
from visualize.tracing.read_values import ReadValues
from visualize.tracing.tensors import FEW, map_tensors, tensors_in

_CPU = torch.device("cpu")
_META = torch.device("meta")


class Environment:
    """Runs operations on real tensors.

    Args:
        gradients: whether the run can be differentiated, for models that do so in ``forward``.
    """

    def __init__(self, *, gradients: bool = False) -> None:
        self.gradients = gradients
        self.memory = Memory()
        self.notes: list[Note] = []  # what a user should know about the run
        self.read = ReadValues()

    def call(
        self,
        func: Callable[..., Any],
        args: Any,
        kwargs: dict[str, Any],
        given: Sequence[torch.Tensor],
    ) -> Any:
        """Compute ``func(*args, **kwargs)``, wherever it asks to; ``given`` are its tensors."""
        answer = _answer_for_cpu(func, args, kwargs)
        if answer is not None:
            return answer[0]
        args, kwargs = _without_device(func, args, kwargs)
        if not given and func in factories():
            kwargs = {**kwargs, "device": self.device_for(func, kwargs)}
        with drawing(func):
            return self.compute(func, args, kwargs, given)

    def surroundings(self) -> AbstractContextManager[object]:
        """A context around the run, for what makes tensors unseen by `call`."""
        return contextlib.nullcontext()

    def device_for(self, factory: Callable[..., Any], kwargs: dict[str, Any]) -> torch.device:
        """Where ``factory`` makes its tensors."""
        return _CPU

    def compute(
        self,
        func: Callable[..., Any],
        args: Any,
        kwargs: dict[str, Any],
        given: Sequence[torch.Tensor],
    ) -> Any:
        """Run ``func`` and count its FLOPs.

        They are counted on the meta device, where no kernel is a black box; in a run that can be
        differentiated they are counted as it runs, since that frees what it differentiates.
        """
        if not given:
            return func(*args, **kwargs)
        if self.gradients:
            return self.memory.call(func, args, kwargs, given)
        before = self.memory.total
        try:
            args_on_meta, kwargs_on_meta = _all_on_meta(func, args, kwargs)
            on_meta = tensors_in((args_on_meta, kwargs_on_meta))
            self.memory.call(func, args_on_meta, kwargs_on_meta, on_meta)
        except Exception:  # what the meta device cannot run is counted as it runs
            self.memory.counter.total = before
            return self.memory.call(func, args, kwargs, given)
        return func(*args, **kwargs)


class Values(enum.IntEnum):
    """Which values are known in a `MetaEnvironment`."""

    NONE = 0
    GIVEN = 1  # integers, and values given in code, as to torch.tensor or arange
    ALL = 2  # also tensors filled with one value, as by torch.ones


class ValuesLost(BaseException):
    """Something without values was written to a tensor that has some.

    Not an Exception, so that a model does not catch it: the run is begun again with fewer values.
    """


class MetaEnvironment(Environment):
    """Runs operations on the meta device, and on values where these are known and few."""

    def __init__(self, values: Values = Values.ALL, *, gradients: bool = False) -> None:
        super().__init__(gradients=gradients)
        self.values = values

    def surroundings(self) -> AbstractContextManager[object]:
        """Without any values, what ``torch.Tensor(2, 3)`` and arrays become has none either.

        Only for that run, as seeing every operator of C++ takes time.
        """
        return _MadeOnMeta() if self.values is Values.NONE else contextlib.nullcontext()

    def device_for(self, factory: Callable[..., Any], kwargs: dict[str, Any]) -> torch.device:
        """The CPU, if the values are known."""
        name, dtype = factory.__name__, kwargs.get("dtype")
        whole = isinstance(dtype, torch.dtype) and not dtype.is_floating_point
        if name in _UNKNOWN or self.values is Values.NONE:
            return _META
        return _CPU if self.values is Values.ALL or name in _WRITTEN_DOWN or whole else _META

    def compute(
        self,
        func: Callable[..., Any],
        args: Any,
        kwargs: dict[str, Any],
        given: Sequence[torch.Tensor],
    ) -> Any:
        """Run ``func``, on values if all its tensors have some, and count its FLOPs."""
        on_meta = sum([tensor.is_meta for tensor in given])
        if 0 < on_meta < len(given):
            keep_values(func, args, kwargs, lambda tensor: tensor.is_meta)
            args, kwargs = _all_on_meta(func, args, kwargs)
            given = tensors_in((args, kwargs))
        if getattr(func, "__name__", "") == "_grouped_mm" and args[0].dim() < args[1].dim():
            # The CPU takes any float, the meta device only half precision. Each row meets one
            # matrix of the group, whichever it is.
            func, args, kwargs = torch.matmul, (args[0], args[1][0]), {}
            given = tensors_in(args)
        result = self.memory.call(func, args, kwargs, given)
        if not on_meta and isinstance(result, torch.Tensor) and result.numel() > FEW:
            return result.to(_META)
        return result


class _MadeOnMeta(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Makes tensors on the meta device, also for constructors of C++ and for arrays."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:  # the signature is torch's
        kwargs = kwargs or {}
        packet = overload_packet(func)
        if packet is torch.ops.aten.empty and kwargs.get("device") == _CPU:
            return torch.empty(args[0], dtype=kwargs.get("dtype"), device=_META)
        if packet in _MADE_BY_SCRIPTS and kwargs.get("device") in (None, _CPU):
            return func(*args, **{**kwargs, "device": _META})
        if packet is torch.ops.aten.lift_fresh:  # of numbers or an array
            with without_torch_function():
                return args[0].to(_META)
        return func(*args, **kwargs)


_MADE_BY_SCRIPTS = frozenset(
    getattr(torch.ops.aten, name)
    for name in ("zeros", "ones", "full", "arange", "linspace", "eye", "rand", "randn")
)


# Functions that make tensors without meaningful values, and those that make them of given ones.
_UNKNOWN = frozenset(("empty", "empty_strided", "empty_permuted", "rand", "randn"))
_WRITTEN_DOWN = frozenset(("tensor", "as_tensor", "asarray", "arange", "linspace", "scalar_tensor"))


def _answer_for_cpu(func: Any, args: Any, kwargs: dict[str, Any]) -> tuple[Any] | None:
    """What a tensor on the CPU returns for a question about its device; None for all else."""
    name = getattr(func, "__name__", "")
    if name == "__get__":
        return _PROPERTIES.get(func.__self__.__name__)
    if name in ("cpu", "cuda") and getattr(torch.Tensor, name) is func:
        return (args[0],)
    if name == "data_ptr" and args[0].is_meta:
        raise NotImplementedError("a meta tensor has no address")
    if func is torch.Tensor.to and _wanted_dtype(args, kwargs) in (None, args[0].dtype):
        return None if kwargs.get("copy") or "memory_format" in kwargs else (args[0],)
    return None


_PROPERTIES: dict[str, tuple[Any]] = {
    "device": (_CPU,),
    "is_meta": (False,),
    "is_cpu": (True,),
    "is_cuda": (False,),
}


def _without_device(func: Any, args: Any, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The arguments, without those that ask for a device."""
    if func is torch.Tensor.to:
        kept = {k: v for k, v in kwargs.items() if k in ("copy", "memory_format")}
        return args[:1], {**kept, "dtype": _wanted_dtype(args, kwargs) or args[0].dtype}
    if kwargs:
        kwargs = {k: v for k, v in kwargs.items() if k not in ("device", "pin_memory")}
    return args, kwargs


def _wanted_dtype(args: Any, kwargs: dict[str, Any]) -> torch.dtype | None:
    """The dtype that ``Tensor.to`` is asked for: by name, by position or by another tensor."""
    for value in (*args[1:], kwargs.get("dtype"), kwargs.get("other")):
        if isinstance(value, torch.dtype):
            return value
        if isinstance(value, torch.Tensor):
            return value.dtype
    return None


def keep_values(
    func: Any, args: Any, kwargs: dict[str, Any], is_unknown: Callable[[torch.Tensor], bool]
) -> None:
    """See to it that a function of values that are not all known is not written to known ones.

    Raises:
        ValuesLost: it would be.
    """
    written = [*tensors_in(args[:1] if _writes(func) else ()), kwargs.get("out")]
    if not all(map(is_unknown, tensors_in(written))):
        raise ValuesLost


def _writes(func: Any) -> bool:
    """Whether ``func`` writes to its first argument, by its name."""
    name: str = getattr(func, "__name__", "").partition(".")[0]  # of an operator, its overload
    if name.startswith("__"):
        return name == "__setitem__" or (name[2] == "i" and name[3:-2] in _OPERATORS)
    return name.endswith("_")


_OPERATORS = frozenset(
    ("add", "sub", "mul", "truediv", "floordiv", "div", "mod", "pow", "and", "or", "xor",
     "lshift", "rshift", "matmul")
)  # fmt: skip


def _to_meta(tensor: torch.Tensor) -> torch.Tensor:
    return tensor if tensor.is_meta else tensor.to(_META)


def _all_on_meta(func: Any, args: Any, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Move the arguments to the meta device, once what their values decide is decided."""
    name = getattr(func, "__name__", "")
    if name in ("__getitem__", "__setitem__", "index_put_", "index_put"):
        args = (args[0], _mask_to_indices(args[1]), *args[2:])
    elif name == "repeat_interleave" and "output_size" not in kwargs:
        repeats = args[1] if len(args) > 1 else kwargs.get("repeats")
        if isinstance(repeats, torch.Tensor) and not repeats.is_meta:
            kwargs = {**kwargs, "output_size": int(repeats.sum())}
    elif name in _PACKED:
        return map_tensors(args, _floats_to_meta), map_tensors(kwargs, _floats_to_meta)
    return map_tensors(args, _to_meta), map_tensors(kwargs, _to_meta)


# Functions of packed sequences, which read lengths on the CPU whatever the device.
_PACKED = frozenset(
    ("_pack_padded_sequence", "_pad_packed_sequence", "lstm", "gru", "rnn_tanh", "rnn_relu")
)


def _floats_to_meta(tensor: torch.Tensor) -> torch.Tensor:
    return _to_meta(tensor) if tensor.is_floating_point() else tensor


def _mask_to_indices(index: Any) -> Any:
    """Indices for a mask whose values are known, which the meta device would not know."""
    if isinstance(index, (tuple, list)):
        parts: list[Any] = []
        for part in index:
            found = _mask_to_indices(part)
            parts.extend(found) if isinstance(found, tuple) else parts.append(found)
        return tuple(parts) if isinstance(index, tuple) else parts
    if not isinstance(index, torch.Tensor) or index.is_meta or not index.dim():
        return index
    if index.dtype is torch.bool:
        return index.nonzero(as_tuple=True)
    return index
