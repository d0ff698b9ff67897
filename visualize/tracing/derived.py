"""Tensors that ``forward`` computes from buffers alone, while torch.fx traces all else.

torch.fx runs what no proxy takes part in and keeps the result as a constant without a name. A
frozen batch norm would be a product with a constant; that it is a norm shows in how the constant
was made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import fx
from torch.overrides import TorchFunctionMode

from visualize.core.randomness import drawing
from visualize.core.torch_internals import version_of, without_torch_function
from visualize.core.traced import EnclosingCall
from visualize.tracing.recorded import operation_of
from visualize.tracing.tensors import tensors_in


@dataclass(frozen=True)
class Derived:
    """How a tensor was made.

    Attributes:
        tensor: the tensor.
        version: how often it had been written to.
        operation: what made it, as torch.fx names it, such as ``call_function``.
        target: what was called.
        args: what it was given.
        kwargs: the same by name.
        calls: the module calls around it.
    """

    tensor: torch.Tensor
    version: int
    operation: str
    target: Any
    args: Any
    kwargs: dict[str, Any]
    calls: tuple[EnclosingCall, ...]


class DerivedTensors(TorchFunctionMode):
    """Remembers how tensors are made of others that have a name or were made in this way.

    Args:
        is_named: whether a tensor is a parameter or buffer of the model.
        calls: the module calls around what runs now.
    """

    def __init__(
        self,
        is_named: Callable[[torch.Tensor], bool],
        calls: Callable[[], tuple[EnclosingCall, ...]],
    ) -> None:
        super().__init__()
        self.is_named = is_named
        self.calls = calls
        self._made: dict[int, Derived] = {}

    def of(self, tensor: torch.Tensor) -> Derived | None:
        """How ``tensor`` was made; None if that is not known or it was written to since."""
        made = self._made.get(id(tensor))
        return made if made and made.version == version_of(tensor) else None

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        with drawing(func):
            result = func(*args, **kwargs)
        if type(result) is torch.Tensor and not _reads_attribute(func):
            with without_torch_function():
                self._remember(result, func, args, kwargs)
        return result

    def _remember(self, result: torch.Tensor, func: Any, args: Any, kwargs: dict[str, Any]) -> None:
        given = [] if _holds_proxy((args, kwargs)) else tensors_in((args, kwargs))
        if any(tensor is result for tensor in given):
            return
        if any(self.is_named(tensor) or self.of(tensor) for tensor in given):
            operation, target = operation_of(func, getattr(func, "__name__", ""))
            version = version_of(result)
            made = Derived(result, version, operation, target, args, kwargs, self.calls())
            self._made[id(result)] = made


def _reads_attribute(func: Any) -> bool:
    return getattr(func, "__name__", "") in ("__get__", "__set__")


def _holds_proxy(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return any(map(_holds_proxy, value))
    return _holds_proxy(tuple(value.values())) if isinstance(value, dict) else _is_proxy(value)


def _is_proxy(value: Any) -> bool:
    return isinstance(value, fx.Proxy)
