"""A copy of a model without its weights, so that nothing is ever done to the model itself."""

from __future__ import annotations

import types
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from visualize.errors import InputError


def replicate(model: nn.Module) -> nn.Module:
    """Copy ``model``: the same modules, every tensor on the meta device, no hooks, in eval mode.

    Tracing and shape propagation run on the copy, so the caller's parameters, buffers, training
    flags, hooks and gradients cannot change, whatever ``forward`` does and wherever it fails.
    Shared modules and tied tensors stay shared. Objects that are neither modules, tensors nor
    builtin containers are kept by reference.
    """
    copy: nn.Module = _copy(model, {})
    return copy.eval()


def _copy(value: Any, memo: dict[int, Any]) -> Any:
    if id(value) in memo:
        return memo[id(value)]
    if isinstance(value, nn.Module):
        return _copy_module(value, memo)
    if isinstance(value, torch.Tensor):
        memo[id(value)] = _weightless(value)
        return memo[id(value)]
    if isinstance(value, dict):
        copied = memo[id(value)] = value.copy()
        for key, item in value.items():
            copied[key] = _copy(item, memo)
        return copied
    if type(value) in (list, set):
        copied = memo[id(value)] = type(value)()
        collect = copied.append if isinstance(value, list) else copied.add
        for item in value:
            collect(_copy(item, memo))
        return copied
    if type(value) is tuple:
        return tuple(_copy(item, memo) for item in value)
    if isinstance(value, types.MethodType) and isinstance(value.__self__, nn.Module):
        return types.MethodType(value.__func__, _copy(value.__self__, memo))
    return value


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
