"""The tensors in nested values: collections, dataclasses, and any object with attributes."""

from __future__ import annotations

import enum
import functools
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch import nn

from visualize.core.architecture import TensorSpec
from visualize.core.errors import UntraceableError
from visualize.core.torch_internals import tree_leaves

FEW = 1 << 20  # elements of a tensor whose values a run on the meta device keeps

# How a tensor is reached from the value that holds it: items by key, attributes by name.
Step = tuple[str, Any]

_PLAIN = frozenset(
    {
        int, float, bool, str, bytes, complex, type(None), type(Ellipsis), type, range,
        torch.dtype, torch.device, torch.layout, torch.memory_format, torch.Size,
        types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.ModuleType,
    }
)  # fmt: skip


def tensors_in(value: Any) -> list[torch.Tensor]:
    """All tensors in ``value``, each time they occur, in order."""
    found: list[torch.Tensor] = []
    _collect(value, found)
    return found


def holds_module(value: Any) -> bool:
    """Whether a module is in the collections of ``value``.

    >>> holds_module([1, {"block": nn.ReLU()}]), holds_module([1, nn.ReLU])
    (True, False)
    """
    return any(isinstance(item, nn.Module) for item in tree_leaves(value))


def _collect(value: Any, found: list[torch.Tensor]) -> None:
    kind = type(value)
    if kind in _PLAIN:
        return
    if kind is tuple or kind is list:
        for item in value:
            _collect(item, found)
    elif kind is dict:
        for item in value.values():
            _collect(item, found)
    elif isinstance(value, torch.Tensor):
        found.append(value)
    else:
        found.extend(tensor for _, tensor in tensors_with_paths(value))


def tensors_with_paths(
    value: Any, path: tuple[Step, ...] = (), seen: frozenset[int] = frozenset()
) -> Iterator[tuple[tuple[Step, ...], torch.Tensor]]:
    """Each tensor in ``value`` with the steps that lead to it."""
    if isinstance(value, torch.Tensor):
        yield path, value
        return
    if id(value) in seen:
        return
    for step, item in items_of(value):
        yield from tensors_with_paths(item, (*path, step), seen | {id(value)})


def holds_nothing(value: Any) -> bool:
    """Whether ``value`` is a number, a text, a function or a module, which is not opened."""
    return type(value) in _PLAIN or isinstance(value, (nn.Module, enum.Enum))


def items_of(value: Any) -> Iterator[tuple[Step, Any]]:
    """What ``value`` directly holds."""
    if holds_nothing(value):
        return
    if isinstance(value, Mapping):
        yield from ((("item", key), item) for key, item in value.items())
    elif isinstance(value, (tuple, list)):
        yield from ((("item", index), item) for index, item in enumerate(value))
    elif isinstance(value, slice):
        for name in ("start", "stop", "step"):
            yield ("attribute", name), getattr(value, name)
    elif isinstance(value, (set, frozenset)):
        yield from ((("item", index), item) for index, item in enumerate(value))
    else:
        attributes = getattr(value, "__dict__", {})
        yield from ((("attribute", name), item) for name, item in attributes.items())
        kind: Any = type(value)
        for name in _slots_of(kind):
            if hasattr(value, name):
                yield ("attribute", name), getattr(value, name)


@functools.lru_cache(maxsize=4096)
def _slots_of(kind: Any) -> tuple[str, ...]:
    """The names of attributes that a class written in Python keeps outside of ``__dict__``."""
    named = [vars(base).get("__slots__", ()) for base in kind.__mro__]
    slots = [name for names in named for name in ([names] if isinstance(names, str) else names)]
    return tuple(name for name in slots if not name.startswith("__"))


def map_tensors(value: Any, change: Callable[[torch.Tensor], Any]) -> Any:
    """``value`` with each tensor replaced; objects that hold tensors become tuples of those."""
    kind = type(value)
    if kind in _PLAIN:
        return tuple(value) if kind is torch.Size else value
    if isinstance(value, torch.Tensor):
        return change(value)
    if kind is list:
        return [map_tensors(item, change) for item in value]
    if isinstance(value, (tuple, list)):
        return tuple(map_tensors(item, change) for item in value)
    if isinstance(value, Mapping):
        return {key: map_tensors(item, change) for key, item in value.items()}
    if isinstance(value, slice):
        return slice(*(map_tensors(part, change) for part in (value.start, value.stop, value.step)))
    held = tensors_in(value)
    return tuple(change(tensor) for tensor in held) if held else value


def nested_refused(place: str) -> UntraceableError:
    """The error for tensors whose rows have different lengths."""
    return UntraceableError(
        "nested (jagged) tensors cannot be traced, as they have no fixed shape",
        line=place or "forward",
        hint="give a padded tensor, as torch.nested.to_padded_tensor makes",
    )


def specification(tensor: torch.Tensor) -> TensorSpec:
    """Shape and dtype of ``tensor``.

    Raises:
        UntraceableError: it is jagged, which torch itself fails to count the work of.
    """
    if tensor.layout is torch.jagged:
        raise nested_refused("")
    dtype = tensor.dtype
    name = _NAMES.get(dtype)
    if name is None:
        name = _NAMES[dtype] = str(dtype).removeprefix("torch.")
    return TensorSpec(() if tensor.is_nested else tuple(tensor.shape), name)


_NAMES: dict[torch.dtype, str] = {}
