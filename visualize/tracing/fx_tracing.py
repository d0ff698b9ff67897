"""Tracing by torch.fx that replaces functions for this thread alone.

``fx.Tracer.trace`` replaces ``nn.Module.__call__`` and ``nn.Module.__getattr__`` for all threads,
whose models then fail or appear in the graph. Here calls and parameters are watched in the modules
of the model, and marked functions are replaced by thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from torch import fx, nn

from visualize.core.patching import patches_end_here, replace
from visualize.core.torch_threads import call_module, trace_with, wrapped_for_tracing
from visualize.tracing.module_calls import module_calls


def trace_in_this_thread(tracer: fx.Tracer, model: nn.Module) -> fx.Graph:
    """``tracer.trace(model)``; ``model`` must be a replica.

    Raises:
        Exception: whatever torch.fx raises.
    """

    @contextmanager
    def new_patcher() -> Iterator[_Patcher]:
        with patches_end_here(), ExitStack() as around:
            yield _Patcher(tracer, model, around)

    return trace_with(
        tracer,
        model,
        _new_patcher=new_patcher,
        _autowrap_check=_wrap_functions,
        _orig_module_call=call_module,
    )


class _Patcher:
    """What torch.fx asks to replace functions.

    Args:
        tracer: what reads the parameters of the model.
        model: the model.
        around: holds what surrounds the run of the model.
    """

    def __init__(self, tracer: fx.Tracer, model: nn.Module, around: ExitStack) -> None:
        self.tracer = tracer
        self.model = model
        self.around = around
        self.read: dict[str, Any] = {}  # the proxy of each parameter
        self.replaced: set[tuple[int, str]] = set()
        self.seen: set[int] = set()

    def visit_once(self, thing: object) -> bool:
        """Whether this is called with ``thing`` for the first time."""
        is_new = id(thing) not in self.seen
        self.seen.add(id(thing))
        return is_new

    def patch(
        self, names: dict[str, Any], name: str, function: Any, deduplicate: bool = True
    ) -> None:
        """Replace a global function by one that is a node where it is given a proxy."""
        self._replace(names, name, wrapped_for_tracing)

    def patch_method(self, kind: type, name: str, function: Any, deduplicate: bool = True) -> None:
        """Replace a method; those of modules in the modules of the model."""
        if kind is not nn.Module:
            self._replace(kind, name, lambda _: function)
        elif name == "__call__":
            self.around.enter_context(module_calls(self.model, function, self._parameter))

    def _replace(self, owner: Any, name: str, change: Callable[[Any], Any]) -> None:
        key = (id(owner), name)
        if key not in self.replaced:
            self.replaced.add(key)
            replace((owner, name, change))

    def _parameter(self, name: str, value: Any) -> Any:
        return self.tracer.getattr(name, value, self.read)


def _wrap_functions(patcher: _Patcher, names: dict[str, Any], functions: set[int]) -> None:
    """Let functions such as ``math.sqrt`` be nodes where a module has them among its names."""
    if not patcher.visit_once(names):
        return
    for name, value in list(names.items()):  # other threads may add to them
        if not name.startswith("_") and callable(value) and id(value) in functions:
            patcher.patch(names, name, wrapped_for_tracing(value))
