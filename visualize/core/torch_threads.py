"""The private parts of torch that all threads of a process share, and how one thread has its own.

What is private to torch is here and in `visualize.core.torch_internals` alone.
"""

from __future__ import annotations

import functools
import inspect
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import torch
from torch import fx, nn

from visualize.core.patching import always, patches_end_here, replace


@contextmanager
def nothing_compiled() -> Iterator[None]:
    """Run functions that ``torch.compile`` returned as they were written, in this thread alone.

    ``torch.compiler.set_stance("force_eager")`` is the public way, for all threads.
    """
    from torch._dynamo import eval_frame

    names = vars(eval_frame)
    changes: dict[str, Callable[..., Any]] = {
        "_callback_from_stance": lambda _: None,
        "set_fullgraph_compiled_frame_count": lambda _: 0,  # else it is an error that there is none
    }
    with patches_end_here():
        for name, function in changes.items():
            if name in names:
                replace((names, name, always(function)))
        yield


@functools.cache
def _without_global_hooks(name: str) -> Callable[..., Any]:
    """A method of ``nn.Module``, where no hooks are registered for all modules.

    These are in tables of ``torch.nn.modules.module``, which have no public names; other threads
    add to them at any time. The code of torch is given empty tables in their place.
    """
    method: Any = inspect.unwrap(vars(nn.Module)[name])
    empty = {table: type(held)() for table, held in _hook_tables().items()}
    names = {**vars(torch.nn.modules.module), **empty}
    return types.FunctionType(method.__code__, names, name, method.__defaults__, method.__closure__)


def _hook_tables() -> dict[str, Any]:
    names = vars(torch.nn.modules.module)
    return {
        name: held
        for name, held in names.items()
        if name.startswith("_global_") and isinstance(held, (dict, set))
    }


@contextmanager
def no_registration_hooks() -> Iterator[None]:
    """Leave hooks alone that are called for all modules, parameters and buffers as they are made.

    They are those of other code. As hardly any code has some, nothing is replaced where none are.
    """
    with patches_end_here():
        if any(held for name, held in _hook_tables().items() if "registration" in name):
            for name in ("register_parameter", "register_buffer", "add_module", "__setattr__"):
                replace((nn.Module, name, always(_without_global_hooks(name))))
        yield


def call_module(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
    """``module(*args, **kwargs)`` without the hooks that are registered for all modules.

    >>> call_module(nn.ReLU(), torch.tensor([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """
    if type(module)._call_impl is not nn.Module._call_impl:  # it calls itself in another way
        call: Any = module._call_impl
        return call(*args, **kwargs)
    return _without_global_hooks("_call_impl")(module, *args, **kwargs)


def own_call(module: nn.Module) -> Callable[..., Any] | None:
    """What ``module(…)`` calls instead of what torch does, if it has such a call."""
    call: Callable[..., Any] | None = vars(module).get("_compiled_call_impl")
    return call


def set_call(module: nn.Module, call: Callable[..., Any] | None) -> None:
    """Let ``module(…)`` call ``call`` instead of what torch does; None ends that.

    This is where ``nn.Module.compile()`` puts a compiled call, for one module alone. Replacing
    ``nn.Module.__call__`` would change the modules of all threads.
    """
    if call is None:
        vars(module).pop("_compiled_call_impl", None)
    else:
        vars(module)["_compiled_call_impl"] = call


def trace_with(tracer: fx.Tracer, model: nn.Module, **names: Any) -> fx.Graph:
    """``tracer.trace(model)`` with other functions in the place of some that it calls by name.

    ``fx.Tracer.trace`` replaces ``nn.Module.__call__`` and more for all threads; how it does that
    is in functions without public names.
    """
    trace: Any = inspect.unwrap(fx.Tracer.trace)  # which ``torch.compile`` wraps
    space = {**vars(fx._symbolic_trace), **names}
    run = types.FunctionType(trace.__code__, space, "trace", trace.__defaults__)
    return cast(fx.Graph, run(tracer, model))


def wrapped_for_tracing(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that is one node if it is given a proxy, as ``torch.fx.wrap`` marks them."""
    return fx._symbolic_trace._create_wrapped_func(function)


def default_device_set_here() -> torch.device | None:
    """The device that `torch.set_default_device` has set for this thread.

    ``torch.get_default_device()`` also answers for a surrounding ``with torch.device(…)``.
    """
    found = getattr(torch._GLOBAL_DEVICE_CONTEXT, "device_context", None)
    return None if found is None else found.device


def settings_of_process() -> list[tuple[Any, str, str]]:
    """Owner, getter and setter of settings that decide how, and not what, a process computes.

    Public functions and attributes such as ``torch.backends.cudnn.benchmark`` call these.
    """
    names = vars(torch._C)
    found = [
        (names, "_get_deterministic_algorithms", "_set_deterministic_algorithms"),
        (names, "_get_float32_matmul_precision", "_set_float32_matmul_precision"),
        (vars(torch), "get_num_threads", "set_num_threads"),
    ]
    for backend in (torch.backends.cudnn, torch.backends.mkldnn):
        held = vars(type(backend)).values()
        found += [(one, "getter", "setter") for one in held if hasattr(one, "setter")]
    return found


def dtype_setters() -> list[tuple[Any, str]]:
    """What ``torch.set_default_dtype`` and ``torch.set_default_tensor_type`` call."""
    names = vars(torch._C)
    return [(names, "_set_default_dtype"), (names, "_set_default_tensor_type")]


def print_options() -> dict[str, Any]:
    """What ``torch.set_printoptions`` has set, by its keywords; only functions that set are public.

    >>> print_options()["precision"]
    4
    """
    options: dict[str, Any] = dict(vars(torch._tensor_str.PRINT_OPTS))
    return options


def global_numpy_generator() -> Any:
    """The generator whose methods are the functions of ``numpy.random``; it has no public name."""
    return sys.modules["numpy"].random.mtrand._rand
