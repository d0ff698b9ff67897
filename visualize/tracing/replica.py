"""A copy of a model, so that nothing is ever done to the model itself."""

from __future__ import annotations

import argparse
import contextlib
import copy
import functools
import io
import sys
import types
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from visualize.core.errors import InputError
from visualize.core.modules import modules_named_in, unwrapped
from visualize.core.torch_internals import (
    forward_hooks,
    forward_pre_hooks,
    into_parameter,
    named_children,
    named_modules,
    named_parameters,
    own_tensors,
    runs_overloads,
    script_method,
)
from visualize.tracing.own_state import with_its_own_state

# Types of elements without further state, unlike quantized ones.
_COMMON = frozenset({torch.float32, torch.float16, torch.bfloat16, torch.float64, torch.int64})
_LARGE = 1 << 31  # bytes of parameters that are shared and not copied
# Types of what never changes and holds nothing else.
PLAIN = frozenset({int, float, bool, str, bytes, complex, type(None), type(Ellipsis)})
_EMPTY = frozenset({dict, list, set, OrderedDict})  # copied into an empty one
_FORWARD_HOOKS = ("_forward_hooks", "_forward_pre_hooks")
# Tables of backward hooks and of hooks for loading and saving.
_OTHER_HOOKS = frozenset(
    name for name in vars(nn.Module()) if "_hooks" in name and "forward" not in name
)


def replicate(
    model: nn.Module,
    *,
    values: bool = False,
    train: bool = False,
    made_of: Callable[[torch.Tensor], torch.Tensor] | None = None,
) -> nn.Module:
    """Copy ``model``: the same modules, every tensor on the meta device, in eval mode.

    Tracing and shape propagation run on the copy, so the caller's parameters, buffers, training
    flags, hooks and gradients cannot change, whatever ``forward`` does and wherever it fails.
    Shared modules and tied tensors stay shared. Containers, plain objects and functions that
    hold modules are copied as well; all else is kept by reference. Forward hooks are copied with
    what they write to; backward hooks are left out. Wrappers for compilation or for several
    devices give way to the module they wrap, and tensors that are distributed to whole ones.

    Args:
        values: whether tensors keep their values, on the CPU. Very large models share them.
        train: whether the copy is in training mode, where the model itself is; else in eval mode.
        made_of: what to put in the place of each tensor without values.

    Raises:
        InputError: parameters have no shape yet.
    """
    copier = _Copier(model, values, made_of)
    replica: nn.Module = copier.copy(unwrapped(model))
    _remember(replica, copier.memo)
    try:
        replica.train() if train else replica.eval()
    except (TypeError, AttributeError):  # it has an attribute of its own called ``children``
        for _, module in named_modules(replica):
            vars(module)["training"] = train
    except NotImplementedError:  # the graph of an exported program has the mode it was made in
        pass
    return replica


_copies: dict[int, tuple[weakref.ref[nn.Module], list[weakref.ref[nn.Module]]]] = {}


def _remember(replica: nn.Module, memo: dict[int, Any]) -> None:
    """Remember the modules that were copied with a replica, also those it has not registered."""
    key = id(replica)
    copied = [weakref.ref(one) for one in memo.values() if isinstance(one, nn.Module)]
    _copies[key] = weakref.ref(replica, lambda _: _copies.pop(key, None)), copied


def copies_of(model: nn.Module) -> list[nn.Module]:
    """The modules that were copied with ``model``, if it is a replica; none of any other."""
    reference, copied = _copies.get(id(model), (None, []))
    if reference is None or reference() is not model:
        return []
    return [one for one in (each() for each in copied) if one is not None]


def has_own_hooks(module: nn.Module) -> bool:
    """Whether forward hooks may change what ``module`` computes or returns.

    Those of torch itself compute its weights, as in weight normalisation.
    """
    hooks = (*forward_pre_hooks(module), *forward_hooks(module))
    return any(not (type(hook).__module__ or "").startswith("torch.") for hook in hooks)


class _Copier:
    def __init__(
        self,
        model: nn.Module,
        values: bool,
        made_of: Callable[[torch.Tensor], torch.Tensor] | None,
    ) -> None:
        parameters = [parameter for _, parameter in named_parameters(model)]
        if any(map(is_lazy, parameters)):
            raise InputError(
                "the model has uninitialized lazy layers",
                hint="run it once on an example input, then draw it",
            )
        self.values = values
        self.made_of = made_of
        self.shares = sum(one.numel() * one.element_size() for one in parameters) > _LARGE
        self.memo: dict[int, Any] = {}

    def copy(self, value: Any) -> Any:
        if type(value) in PLAIN:
            return value
        if id(value) in self.memo:
            return self.memo[id(value)]
        if isinstance(value, nn.Module):
            return self._module(value)
        if isinstance(value, torch.Tensor):
            self.memo[id(value)] = self._tensor(value)
            return self.memo[id(value)]
        if isinstance(value, (dict, list, set, deque, tuple)):
            return self._collection(value)
        if isinstance(value, types.MethodType):
            return types.MethodType(value.__func__, self.copy(value.__self__))
        if isinstance(value, functools.partial):
            keywords = {name: self.copy(item) for name, item in value.keywords.items()}
            return functools.partial(self.copy(value.func), *map(self.copy, value.args), **keywords)
        if isinstance(value, types.FunctionType) and _reads_more(value):
            return self._function(value)
        if is_plain_object(value) or _has_slots(value):
            return self._object(value)
        self.memo[id(value)] = with_its_own_state(value)
        return self.memo[id(value)]

    def _collection(self, value: Any) -> Any:
        if type(value) is tuple:
            return tuple(self.copy(item) for item in value)
        if isinstance(value, tuple):  # a named tuple, whose constructor may take anything
            return value
        kind = type(value)
        if kind in _EMPTY:
            copied = self.memo[id(value)] = kind()
        else:  # a subclass, which may hold more than its items
            copied = self.memo[id(value)] = copy.copy(value)
        if isinstance(value, dict):
            for key, item in list(value.items()):
                copied[key] = self.copy(item)
            return copied
        copied.clear()
        collect = copied.add if isinstance(value, set) else copied.append
        for item in list(value):
            collect(self.copy(item))
        return copied

    def _object(self, value: Any) -> Any:
        kind: Any = type(value)
        copied = self.memo[id(value)] = kind.__new__(kind)
        if hasattr(value, "__dict__"):
            copied.__dict__.update(self.copy(dict(vars(value))))
        for name in _slots(kind):
            if hasattr(value, name):
                object.__setattr__(copied, name, self.copy(getattr(value, name)))
        return copied

    def _function(self, function: types.FunctionType) -> types.FunctionType:
        """A function that reads the copies of the modules and variables that ``function`` reads."""
        cells = []
        for cell in function.__closure__ or ():
            try:
                cells.append(types.CellType(self.copy(cell.cell_contents)))
            except ValueError:  # not filled yet
                cells.append(cell)
        defaults = self.copy(function.__defaults__)
        read = modules_named_in(function.__code__, function.__globals__)
        names = {name: self.copy(module) for name, module in read.items()}
        names = {**function.__globals__, **names} if names else function.__globals__
        copied = types.FunctionType(
            function.__code__, names, function.__name__, defaults, tuple(cells)
        )
        copied.__kwdefaults__ = self.copy(function.__kwdefaults__)
        return copied

    def _hook(self, hook: Any) -> Any:
        """A hook that writes to copies: of what it closes over, of its object, of its defaults."""
        return self._function(hook) if isinstance(hook, types.FunctionType) else self.copy(hook)

    def _script(self, script: torch.jit.ScriptModule) -> torch.jit.ScriptModule:
        """A copy made through an archive, as nothing else copies a script."""
        archive = io.BytesIO()
        torch.jit.save(script, archive)
        copied = _loaded(archive, "cpu" if self.values else "meta")
        for (_, one), (_, other) in zip(named_modules(script), named_modules(copied)):
            self._complete(one, other)
        return copied

    def _complete(self, script: nn.Module, copied: nn.Module) -> None:
        """What an archive does not hold: tensors of other modules, and functions of Python."""
        for name, tensor in own_tensors(script).items():
            if tensor is None:
                continue
            if id(tensor) not in self.memo:
                loaded = getattr(copied, name)
                self.memo[id(tensor)] = (
                    loaded if self.values or loaded.is_meta else self._tensor(loaded)
                )
            setattr(copied, name, self.memo[id(tensor)])
        attributes, inner = vars(copied), [child for _, child in named_children(copied)]
        if "__getitem__" in vars(script):
            attributes["__getitem__"] = inner.__getitem__
            attributes["__iter__"] = inner.__iter__
            attributes["__len__"] = inner.__len__
        if isinstance(copied, torch.jit.ScriptModule) and runs_overloads(copied):
            attributes["forward"] = script_method(copied)

    def _module(self, module: nn.Module) -> nn.Module:
        inner = unwrapped(module)
        if inner is not module:
            replica: nn.Module = self.copy(inner)
            self.memo[id(module)] = replica
            return replica
        if isinstance(module, torch.jit.ScriptModule):
            script = self.memo[id(module)] = self._script(module)
            return script
        copied = self.memo[id(module)] = object.__new__(type(module))
        attributes = copied.__dict__
        for name, value in list(module.__dict__.items()):  # another thread may run the model
            if name == "_compiled_call_impl":
                continue
            if name in _OTHER_HOOKS:
                attributes[name] = type(value)()  # Module.__call__ reads every table
            elif type(value) in PLAIN:
                attributes[name] = value
            elif type(value) in _EMPTY and not value:  # as most tables are
                attributes[name] = self.memo.setdefault(id(value), type(value)())
            elif name in _FORWARD_HOOKS:
                held = list(value.items())
                own = ((key, hook) for key, hook in held if not _is_distributed(hook))
                hooks = type(value)((key, self._hook(hook)) for key, hook in own)
                attributes[name] = hooks
            else:
                attributes[name] = self.copy(value)
        return copied

    def _tensor(self, tensor: torch.Tensor) -> torch.Tensor:
        trainable = isinstance(tensor, nn.Parameter)
        if not self.values:
            copied = _without_values(tensor)
            copied = self.made_of(copied) if self.made_of else copied
        elif _is_distributed(tensor):
            copied = tensor.detach().full_tensor().to("cpu", copy=True)  # type: ignore[attr-defined]
        elif trainable and self.shares:
            copied = tensor.detach().to("cpu")
        else:
            copied = tensor.detach().to("cpu", copy=True)
        return into_parameter(copied, tensor.requires_grad) if trainable else copied


def _reads_more(function: types.FunctionType) -> bool:
    """Whether a function reads variables around it or global modules."""
    return bool(function.__closure__ or modules_named_in(function.__code__, function.__globals__))


def _loaded(archive: io.BytesIO, device: str) -> torch.jit.ScriptModule:
    for place in (device, "cpu"):
        archive.seek(0)
        with contextlib.suppress(NotImplementedError):  # equal constants are compared by value
            script: torch.jit.ScriptModule = torch.jit.load(archive, map_location=place)  # type: ignore[no-untyped-call]
            return script
    raise AssertionError("a script can be loaded on the CPU")


def _is_distributed(value: Any) -> bool:
    """Whether a tensor or a hook belongs to the distribution of a model over devices."""
    named = value.func if isinstance(value, functools.partial) else value
    named = type(value) if isinstance(value, torch.Tensor) else named
    return str(getattr(named, "__module__", "")).startswith("torch.distributed")


def _without_values(tensor: torch.Tensor) -> torch.Tensor:
    """A tensor like ``tensor`` on the meta device, where ``empty_like`` takes long."""
    if _is_distributed(tensor):  # the whole, of which each process has a part
        return torch.empty(tensor.shape, dtype=tensor.dtype, device="meta")
    plain = type(tensor) in (torch.Tensor, nn.Parameter) and tensor.layout is torch.strided
    if plain and tensor.dtype in _COMMON and tensor.is_contiguous():
        return torch.empty(tensor.shape, dtype=tensor.dtype, device="meta")
    return torch.empty_like(tensor, device="meta", requires_grad=False)


def is_plain_object(value: Any) -> bool:
    """Whether copying ``__dict__`` copies the object: it defines neither slots nor copying."""
    kind: Any = type(value)
    if kind in _NAMESPACES:
        return True
    return (
        hasattr(value, "__dict__")
        and kind.__new__ is object.__new__
        and kind.__reduce_ex__ is object.__reduce_ex__
        and kind.__module__ not in sys.stdlib_module_names
        and not kind.__module__.startswith("torch")
    )


def _has_slots(value: Any) -> bool:
    """Whether copying its slots copies the object: it defines no other way."""
    kind: Any = type(value)
    return (
        any(_slots(kind))
        and kind.__new__ is object.__new__
        and kind.__reduce_ex__ is object.__reduce_ex__
        and kind.__module__ not in sys.stdlib_module_names
        and not kind.__module__.startswith("torch")
    )


def _slots(kind: type) -> Iterator[str]:
    """The slots of a class and of those that it derives from, under the names they have."""
    for base in kind.__mro__:
        for name, held in vars(base).items() if "__slots__" in vars(base) else ():
            if isinstance(held, types.MemberDescriptorType):
                yield name


_NAMESPACES = (types.SimpleNamespace, argparse.Namespace)
