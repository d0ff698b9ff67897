"""A copy of a model without its weights, so that nothing is ever done to the model itself."""

from __future__ import annotations

import copy
import sys
import types
from collections import deque
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from visualize.errors import InputError


def replicate(model: nn.Module) -> nn.Module:
    """Copy ``model``: the same modules, every tensor on the meta device, no hooks, in eval mode.

    Tracing and shape propagation run on the copy, so the caller's parameters, buffers, training
    flags, hooks and gradients cannot change, whatever ``forward`` does and wherever it fails.
    Shared modules and tied tensors stay shared. Containers, plain objects and functions that
    hold modules are copied as well; all else is kept by reference.
    """
    replica: nn.Module = _copy(model, {})
    return replica.eval()


def _copy(value: Any, memo: dict[int, Any]) -> Any:
    if id(value) in memo:
        return memo[id(value)]
    if isinstance(value, nn.Module):
        return _copy_module(value, memo)
    if isinstance(value, torch.Tensor):
        memo[id(value)] = _weightless(value)
        return memo[id(value)]
    if isinstance(value, (dict, list, set, deque, tuple)):
        return _copy_collection(value, memo)
    if isinstance(value, types.MethodType) and isinstance(value.__self__, nn.Module):
        return types.MethodType(value.__func__, _copy(value.__self__, memo))
    if isinstance(value, types.FunctionType) and value.__closure__:
        return _copy_function(value, memo)
    return _copy_object(value, memo) if _is_plain_object(value) else value


def _copy_collection(value: Any, memo: dict[int, Any]) -> Any:
    if type(value) is tuple:
        return tuple(_copy(item, memo) for item in value)
    if isinstance(value, tuple):  # a named tuple, whose constructor is its own affair
        return value
    copied = memo[id(value)] = copy.copy(value)
    if isinstance(value, dict):
        for key, item in value.items():
            copied[key] = _copy(item, memo)
        return copied
    copied.clear()
    collect = copied.add if isinstance(value, set) else copied.append
    for item in value:
        collect(_copy(item, memo))
    return copied


def _copy_object(value: Any, memo: dict[int, Any]) -> Any:
    copied = memo[id(value)] = object.__new__(type(value))
    copied.__dict__.update(_copy(vars(value), memo))
    return copied


def _copy_function(function: types.FunctionType, memo: dict[int, Any]) -> types.FunctionType:
    """A function that closes over the copies of what ``function`` closes over."""
    cells = []
    for cell in function.__closure__ or ():
        try:
            cells.append(types.CellType(_copy(cell.cell_contents, memo)))
        except ValueError:  # not filled yet
            cells.append(cell)
    copied = types.FunctionType(
        function.__code__,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        tuple(cells),
    )
    copied.__kwdefaults__ = function.__kwdefaults__
    return copied


def _is_plain_object(value: Any) -> bool:
    """Whether copying ``__dict__`` copies the object: no slots and no ways of its own."""
    kind: Any = type(value)
    return (
        hasattr(value, "__dict__")
        and kind.__new__ is object.__new__
        and kind.__reduce_ex__ is object.__reduce_ex__
        and kind.__module__ not in sys.stdlib_module_names
        and not kind.__module__.startswith("torch")
    )


def _copy_module(module: nn.Module, memo: dict[int, Any]) -> nn.Module:
    copied = memo[id(module)] = module.__class__.__new__(module.__class__)
    for name, value in module.__dict__.items():
        # Emptied, not skipped: Module.__call__ reads every hook table.
        copied.__dict__[name] = type(value)() if _is_hook_table(name) else _copy(value, memo)
    return copied


def _is_hook_table(name: str) -> bool:
    return name.startswith("_") and "_hooks" in name


def _weightless(tensor: torch.Tensor) -> torch.Tensor:
    if is_lazy(tensor):
        raise InputError(
            "the model has lazy layers without a shape",
            hint="run it once on an example, then draw it",
        )
    meta = torch.empty_like(tensor, device="meta", requires_grad=False)
    if isinstance(tensor, nn.Parameter):
        return nn.Parameter(meta, requires_grad=tensor.requires_grad)
    return meta
