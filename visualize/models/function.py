"""A plain function as a model: what it closes over, refers to or is bound to are its modules."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

from visualize.core.modules import modules_named_in
from visualize.core.torch_internals import compiled_function, module_tables, named_children

_FUNCTIONS = (
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    functools.partial,
    torch.jit.ScriptFunction,
)


class Function(nn.Module):
    """Computes what a function computes.

    The modules and parameters that the function uses are registered here: those of the module that
    it is a method of by their own names, all others by the name of the variable that holds them.

    Args:
        function: what to call; it takes and returns tensors.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        function = compiled_function(function)
        # In place of the method, so that its signature and its name are those of the function.
        if not isinstance(function, _FUNCTIONS):  # an object that can be called
            function = types.MethodType(type(function).__call__, function)
        vars(self)["forward"] = function
        owner = getattr(function, "__self__", None)
        if isinstance(owner, nn.Module):
            for name, child in named_children(owner):
                self.add_module(name, child)
            for table, own in zip(module_tables(self), module_tables(owner)):
                table.update(own)
            return
        held: dict[int, str] = {}
        for name, value in _held(function, set()):
            if id(value) not in held:
                held[id(value)] = name
                self._register(_unused(name, self), value)

    def _register(self, name: str, value: nn.Module | nn.Parameter) -> None:
        if isinstance(value, nn.Module):
            self.add_module(name, value)
        else:
            self.register_parameter(name, value)


def name_of(function: Callable[..., Any]) -> str:
    """What a figure calls a function."""
    inner = function.func if isinstance(function, functools.partial) else function
    if isinstance(inner, torch.jit.ScriptFunction):
        return str(inner.name)
    name = str(getattr(inner, "__name__", type(inner).__name__))
    return name if name.isidentifier() else "function"


def _unused(name: str, model: nn.Module) -> str:
    taken = {*vars(model), *dict(named_children(model)), *module_tables(model)[0], *dir(nn.Module)}
    candidates = (name, *(f"{name}_{number}" for number in range(1, len(taken) + 1)))
    return next(each for each in candidates if each not in taken)


def _held(value: Any, seen: set[int]) -> Iterator[tuple[str, nn.Module | nn.Parameter]]:
    """The modules and parameters that a function reads, each with the name it has there."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, functools.partial):
        yield from _in_values({"function": value.func, **value.keywords}, seen)
        yield from _in_values({f"argument_{i}": each for i, each in enumerate(value.args)}, seen)
    elif isinstance(value, types.MethodType):
        yield from _held(value.__func__, seen)
        yield from _in_values(getattr(value.__self__, "__dict__", {}), seen)
    elif isinstance(value, types.FunctionType):
        yield from _in_values(_variables(value), seen)


def _in_values(
    values: dict[str, Any], seen: set[int]
) -> Iterator[tuple[str, nn.Module | nn.Parameter]]:
    for name, value in values.items():
        if isinstance(value, (nn.Module, nn.Parameter)):
            yield name, value
        elif isinstance(value, (list, tuple)):
            yield from _in_values({f"{name}_{i}": each for i, each in enumerate(value)}, seen)
        else:
            yield from _held(value, seen)


def _variables(function: types.FunctionType) -> dict[str, Any]:
    """What a function closes over, and the models among the global names that it reads."""
    variables: dict[str, Any] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        try:
            variables[name] = cell.cell_contents
        except ValueError:  # not filled yet
            continue
    return {**variables, **modules_named_in(function.__code__, function.__globals__)}
