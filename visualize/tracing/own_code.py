"""What the code of a model writes beyond the model: attributes of classes, global names, caches.

They are put back after a run. Other threads may write to the same modules meanwhile, as a loop that
trains counts its steps beside the class of its model; only what the code that runs can reach is
looked at.
"""

from __future__ import annotations

import array
import copy
import functools
import inspect
import sys
import sysconfig
import types
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from types import CodeType, FunctionType, ModuleType
from typing import Any

import torch
from torch import nn

from visualize.core.patching import patches_end_here, replace
from visualize.core.randomness import drawn_from
from visualize.core.torch_internals import forward_hooks, named_modules, version_of
from visualize.tracing.tensors import FEW

_STANDARD_LIBRARY = sysconfig.get_path("stdlib")


@contextmanager
def names_kept(model: nn.Module) -> Iterator[None]:
    """Undo what the model's own code does to attributes of its classes and to global names.

    What it caches is cached for this run alone: it may be tensors without values.
    """
    modules = [module for _, module in named_modules(model)]
    classes = {base for kind in set(map(type, modules)) for base in kind.__mro__}
    owners = _owners(modules, classes)
    used = _used_names(modules, classes) if owners else frozenset()
    kept = [(owner, _contents(vars(owner), used)) for owner in owners]
    try:
        with patches_end_here():
            replace(*_shared(classes))
            yield
    finally:
        for owner, names in kept:
            _put_back(owner, names, used)


def _put_back(owner: Any, names: Mapping[str, tuple[Any, Any]], used: Set[str]) -> None:
    for name in _contents(vars(owner), used).keys() - names.keys():
        delattr(owner, name)
    for name, (value, content) in names.items():
        if vars(owner).get(name) is not value:
            setattr(owner, name, value)
        if content is not None and not _is_same(value, content):
            _restore(value, content)


def _contents(names: Mapping[str, Any], used: Set[str]) -> dict[str, tuple[Any, Any]]:
    """The values of names in use, each with a copy if it is a collection or a tensor."""
    return {
        name: (value, _copy_of(value))
        for name, value in list(names.items())
        if name in used and not name.startswith("__")
    }


_COLLECTIONS = (list, dict, set, deque, bytearray, array.array)


def _copy_of(value: Any) -> Any:
    if type(value) in _COLLECTIONS:
        return copy.copy(value)
    if type(value) is torch.Tensor and not value.is_meta and value.numel() <= FEW:
        return version_of(value), value.detach().clone()
    return value.get_state() if isinstance(value, torch.Generator) else None


def _restore(value: Any, content: Any) -> None:
    if isinstance(value, torch.Tensor):
        with torch.no_grad():
            value.copy_(content[1])
    elif isinstance(value, torch.Generator):
        value.set_state(content)
    elif isinstance(value, (bytearray, array.array)):
        value[:] = content
    else:
        value.clear()
        (value.update if isinstance(value, (dict, set)) else value.extend)(content)


def _is_same(held: Any, content: Any) -> bool:
    """Whether ``held`` still holds just the things that are in ``content``."""
    if isinstance(held, torch.Tensor):
        return bool(version_of(held) == content[0])
    if isinstance(held, torch.Generator):
        return torch.equal(held.get_state(), content)
    if isinstance(held, (bytearray, array.array)):
        return bool(held == content)
    if isinstance(held, dict):
        pairs = zip(list(held.items()), content.items())
        same = all(a is c and b is d for (a, b), (c, d) in pairs)
    else:
        same = all(a is b for a, b in zip(list(held), content))
    return same and len(held) == len(content)


def _shared(classes: Set[type]) -> Iterator[tuple[Any, str, Callable[[Any], Any]]]:
    """What replaces functions that the code of a model shares with all threads.

    Functions that cache get a cache of their own, and those that draw from a generator of the
    process draw from that of this thread.
    """
    names = {kind.__module__ for kind in classes if not kind.__module__.startswith("torch.")}
    modules = (sys.modules[name] for name in sorted(names) if name in sys.modules)
    for owner, held in [(each, vars(each)) for each in (*classes, *modules)]:
        for name, value in list(held.items()):
            if isinstance(value, functools._lru_cache_wrapper):
                yield owner, name, _cached_here
            elif isinstance(value, _BOUND) and drawn_from(value):
                yield owner, name, drawn_from


_BOUND = (types.MethodType, types.BuiltinMethodType)


def _cached_here(function: Any) -> Any:
    size = function.cache_parameters()["maxsize"]
    return functools.lru_cache(maxsize=size)(function.__wrapped__)


def _owners(modules: Iterable[nn.Module], classes: Set[type]) -> list[Any]:
    """The classes and Python modules that hold the code of a model, except installed ones.

    Args:
        modules: those of the model.
        classes: their classes, and those that these derive from.
    """
    functions = [hook for module in modules for hook in forward_hooks(module)]
    names = {kind.__module__ for kind in classes}
    names |= {getattr(hook, "__module__", None) or "" for hook in functions}
    own = {name: sys.modules[name] for name in sorted(names) if _is_own(sys.modules.get(name))}
    return [*own.values(), *(kind for kind in classes if kind.__module__ in own)]


def _is_own(code: ModuleType | None) -> bool:
    """Whether ``code`` is the user's: a notebook, a script, or a module that is not installed."""
    file = getattr(code, "__file__", None) or ""
    installed = ("site-packages", "dist-packages", _STANDARD_LIBRARY)
    if not file:
        return code is not None and code.__name__ == "__main__"
    return not any(folder in file for folder in installed)


def _used_names(modules: Iterable[nn.Module], classes: Set[type]) -> frozenset[str]:
    """The names in the code that a run of the model can reach, also those in strings.

    Reached are ``forward``, hooks and special methods, and from there all functions and methods by
    their names.
    """
    own = {kind for kind in classes if _is_own(sys.modules.get(kind.__module__))}
    methods: dict[str, list[FunctionType]] = {}
    for kind in own:
        for name, value in list(vars(kind).items()):
            methods.setdefault(name, []).extend(_functions_in(value))
    waiting = [each for name, found in methods.items() if _is_called(name) for each in found]
    for module in modules:
        waiting += [each for hook in forward_hooks(module) for each in _functions_in(hook)]
        for value in list(vars(module).values()):
            held = list(value.values()) if isinstance(value, dict) else value
            for item in held if isinstance(held, (list, tuple)) else (value,):
                if isinstance(item, _FUNCTIONS):
                    waiting += _functions_in(item)
    used: set[str] = set()
    seen: set[FunctionType] = set()
    while waiting:
        function = waiting.pop()
        if function in seen:
            continue
        seen.add(function)
        names = set(_names_in(function.__code__))
        for name in names:
            waiting += methods.get(name, [])
            waiting += _reached(function.__globals__.get(name))
        used |= names
    return frozenset(used)


_FUNCTIONS = (FunctionType, types.MethodType, functools.partial)


def _is_called(name: str) -> bool:
    return name == "forward" or (name.startswith("__") and name not in ("__init__", "__new__"))


def _reached(value: Any) -> Iterator[FunctionType]:
    """The functions that a global name may lead to: itself, or methods of it."""
    yield from _functions_in(value)
    kind = value if isinstance(value, type) else type(value)
    if _is_own(sys.modules.get(kind.__module__)):
        for method in list(vars(kind).values()):
            yield from _functions_in(method)


def _functions_in(value: Any) -> list[FunctionType]:
    """The functions that a method, a property or an object that can be called consists of."""
    if isinstance(value, property):
        parts = (value.fget, value.fset)
        return [part for part in parts if isinstance(part, FunctionType)]
    if isinstance(value, functools.partial):
        return _functions_in(value.func)
    if isinstance(value, functools._lru_cache_wrapper):
        return _functions_in(value.__wrapped__)
    value = getattr(value, "__func__", value)
    if isinstance(value, FunctionType):
        wrapped = inspect.unwrap(value)
        return [value, *([wrapped] if isinstance(wrapped, FunctionType) else [])]
    called = vars(type(value)).get("__call__")
    return [called] if isinstance(called, FunctionType) else []


def _names_in(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names_in(constant)
        elif isinstance(constant, str) and constant.isidentifier():
            yield constant
