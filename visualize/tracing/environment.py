"""Where the operations of a recorded run are computed.

The model sees an ordinary CPU: tensors say that they are there, and requests for another device
are ignored. In truth its tensors are on the meta device, unless their values are known and few:
those computed from constants and from integer inputs alone keep them, because models decide by
such values (positions, masks, sizes) what to compute.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch

from visualize.tracing.flops import FlopMemory
from visualize.tracing.tensors import map_tensors, tensors_in

_CPU = torch.device("cpu")
_META = torch.device("meta")
_FEW = 1 << 20  # elements of which values are kept


class Environment:
    """Runs operations on real tensors."""

    def __init__(self) -> None:
        self.flops = FlopMemory()

    def moved(self, func: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
        """The arguments to use, and ``(old, new)`` for each tensor that had to be replaced."""
        return args, kwargs, ()

    def call(self, func: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
        """Compute ``func(*args, **kwargs)`` without leaving the device."""
        answer = _answer_for_cpu(func, args, kwargs)
        if answer is not None:
            return answer[0]
        args, kwargs = _without_device(func, args, kwargs)
        if func in _factories() and "device" in kwargs:
            kwargs["device"] = _CPU
        return self.compute(func, args, kwargs)

    def compute(self, func: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
        """Run ``func`` and count its FLOPs.

        They are counted on the meta device, where no kernel is a black box.
        """
        tensors = tensors_in((args, kwargs))
        if tensors and self.flops.is_new(func, args, kwargs):
            try:
                with torch.no_grad():
                    self.flops.call(func, *_all_on_meta(func, args, kwargs))
            except Exception:  # what the meta device cannot run is counted as it runs
                return self.flops.call(func, args, kwargs)
            return func(*args, **kwargs)
        return self.flops.call(func, args, kwargs)


class MetaEnvironment(Environment):
    """Runs operations on the meta device, and on values where these are known and few."""

    def __init__(self) -> None:
        super().__init__()
        # Tensors that lost their values because something without values was written to them.
        self.lost: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}

    def moved(self, func: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
        """Replace tensors that lost their values, or lose them by what ``func`` writes."""
        if self.lost:
            args, kwargs = map_tensors((args, kwargs), self._without_lost)
        if not (args and isinstance(args[0], torch.Tensor) and _writes(func)) or args[0].is_meta:
            return args, kwargs, ()
        if not any(tensor.is_meta for tensor in tensors_in((args[1:], kwargs))):
            return args, kwargs, ()
        old, new = args[0], args[0].to(_META)
        self.lost[id(old)] = (old, new)
        return (new, *args[1:]), kwargs, ((old, new),)

    def _without_lost(self, tensor: torch.Tensor) -> torch.Tensor:
        return self.lost.get(id(tensor), (None, tensor))[1]

    def call(self, func: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
        """Compute ``func(*args, **kwargs)``, on values if all its tensors have some."""
        answer = _answer_for_cpu(func, args, kwargs)
        if answer is not None:
            return answer[0]
        args, kwargs = _without_device(func, args, kwargs)
        tensors = tensors_in((args, kwargs))
        on_meta = sum(tensor.is_meta for tensor in tensors)
        if func in _factories():
            kwargs["device"] = _META if on_meta or not _keeps_values(func) else _CPU
        elif 0 < on_meta < len(tensors):
            args, kwargs = _all_on_meta(func, args, kwargs)
        result = self.compute(func, args, kwargs)
        if not on_meta and isinstance(result, torch.Tensor) and result.numel() > _FEW:
            return result.to(_META)
        return result

    def compute(self, func: Callable[..., Any], args: Any, kwargs: dict[str, Any]) -> Any:
        """Run ``func`` and count its FLOPs."""
        if getattr(func, "__name__", "") == "_grouped_mm" and args[0].dim() < args[1].dim():
            # The CPU takes any float, the meta device only half precision. Each row meets one
            # matrix of the group, whichever it is.
            func, args, kwargs = torch.matmul, (args[0], args[1][0]), {}
        return self.flops.call(func, args, kwargs)


@functools.cache
def _factories() -> frozenset[Any]:
    """The functions that make tensors on a device."""
    return frozenset(torch.utils._device._device_constructors())


_WITHOUT_VALUES = frozenset(("empty", "empty_strided", "empty_permuted", "rand", "randn"))


def _keeps_values(func: Any) -> bool:
    """Whether what a factory makes may choose what is computed: its values are given."""
    return func.__name__ not in _WITHOUT_VALUES


def _answer_for_cpu(func: Any, args: Any, kwargs: dict[str, Any]) -> tuple[Any] | None:
    """The answer of a tensor that is on the CPU to a question about its device, if it is one."""
    name = getattr(func, "__name__", "")
    if name == "__get__":
        return _PROPERTIES.get(func.__self__.__name__)
    if name in ("cpu", "cuda") and getattr(torch.Tensor, name) is func:
        return (args[0],)
    if name == "to" and func is torch.Tensor.to:
        positional = [value for value in args[1:] if not _is_device(value)]
        named = [key for key in kwargs if key not in ("device", "non_blocking", "copy")]
        if not [value for value in positional if not isinstance(value, bool)] and not named:
            return (args[0],)
    return None


_PROPERTIES: dict[str, tuple[Any]] = {
    "device": (_CPU,),
    "is_meta": (False,),
    "is_cpu": (True,),
    "is_cuda": (False,),
}


def _without_device(func: Any, args: Any, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The arguments, without those that ask for a device."""
    if kwargs:
        kwargs = {k: v for k, v in kwargs.items() if k not in ("device", "pin_memory")}
    if func is torch.Tensor.to:
        return (args[0], *(value for value in args[1:] if not _is_device(value))), kwargs
    return args, kwargs


def _is_device(value: Any) -> bool:
    return isinstance(value, (torch.device, str))


def _writes(func: Any) -> bool:
    """Whether ``func`` writes to its first argument, by its name."""
    name: str = getattr(func, "__name__", "")
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
    """Move the arguments to the meta device; what their values decide is decided before."""
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
    if isinstance(index, torch.Tensor) and index.dtype is torch.bool and not index.is_meta:
        return index.nonzero(as_tuple=True)
    return index
