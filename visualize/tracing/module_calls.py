"""Calls of the modules of one model, watched in these modules and not in ``nn.Module``.

Other threads call modules of their own at the same time, and trace and compile them: what would be
replaced for all modules would be replaced for theirs.
"""

from __future__ import annotations

import operator
import types
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from torch import nn

from visualize.core.torch_internals import named_modules
from visualize.core.torch_threads import call_module, own_call, set_call
from visualize.tracing.replica import copies_of

# Given the name of a parameter and the parameter, what an attribute of that name is.
Read = Callable[[str, Any], Any]


_TABLES = ("_modules", "_parameters")
_PLAIN = (dict, OrderedDict)


@contextmanager
def module_calls(
    model: nn.Module, call: Callable[..., Any] = call_module, read: Read | None = None
) -> Iterator[None]:
    """Let every call of a module in ``model``, a replica, call ``call(module, *args, **kwargs)``.

    By default that leaves out the hooks for all modules alone. Modules that the run registers are
    watched as well.

    Args:
        model: the replica.
        call: what is called; `call_module` runs the module.
        read: what reading a parameter as an attribute of its module returns.
    """
    watched = _Watched(call, read)
    try:
        watched.add(model)
        yield
    finally:
        watched.end()


class _Watched:
    def __init__(self, call: Callable[..., Any], read: Read | None) -> None:
        self.call = call
        self.read = read
        self.modules: dict[int, tuple[nn.Module, dict[str, Any], Any]] = {}

    def add(self, model: nn.Module) -> None:
        """Watch ``model`` and the modules in it."""
        registered = [module for _, module in named_modules(model)]
        for module in (*registered, *copies_of(model)):
            if id(module) in self.modules:
                continue
            own = vars(module)
            tables = {name: own[name] for name in _TABLES if type(own.get(name)) in _PLAIN}
            self.modules[id(module)] = module, tables, own_call(module)
            if "_modules" in tables:
                own["_modules"] = _Children(tables["_modules"], self.add)
            if "_parameters" in tables and self.read:
                own["_parameters"] = _Parameters(tables["_parameters"], self.read)
            set_call(module, types.MethodType(self.call, module))

    def end(self) -> None:
        """Let all modules be called as before; what the run put into their tables stays."""
        for module, tables, before in self.modules.values():
            set_call(module, before)
            own = vars(module)
            for name, table in tables.items():
                now = own.get(name)
                if isinstance(now, (_Children, _Parameters)):
                    if not _is_same(now, table):
                        table.clear()
                        table.update(now.items())
                    own[name] = table
        self.modules.clear()


def _is_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return list(one) == list(other) and all(map(operator.is_, one.values(), other.values()))


class _Table(dict[str, Any]):
    """A table of a module; a copy of it is a plain one."""

    def __reduce_ex__(self, protocol: Any) -> Any:
        return dict, (), None, None, iter(self.items())


class _Children(_Table):
    """Modules by name; says when one is added."""

    def __init__(self, table: dict[str, Any], added: Callable[[nn.Module], None]) -> None:
        super().__init__(table)
        self.added = added

    def __setitem__(self, name: str, module: Any) -> None:
        super().__setitem__(name, module)
        if isinstance(module, nn.Module):
            self.added(module)


class _Parameters(_Table):
    """Parameters by name, read as something else."""

    def __init__(self, table: dict[str, Any], read: Read) -> None:
        super().__init__(table)
        self.read = read

    def __getitem__(self, name: str) -> Any:
        return self.read(name, super().__getitem__(name))
