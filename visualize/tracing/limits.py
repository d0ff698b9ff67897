"""Limits on a run of foreign code: it ends in time and leaves global state unchanged."""

from __future__ import annotations

import copy
import ctypes
import functools
import random
import signal
import sys
import sysconfig
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import torch
from torch import nn

from visualize.core.errors import EndlessError
from visualize.core.torch_internals import (
    forward_hooks,
    global_forward_hooks,
    named_modules,
    version_of,
)
from visualize.tracing.explain import line_of
from visualize.tracing.tensors import FEW

MOST_OPERATIONS = 300_000  # of one graph
_AGAIN = 1.0  # seconds until code that caught the interruption is interrupted again


class _TimeIsUp(BaseException):
    """Not an Exception, so that ``except Exception`` in a model does not catch it."""


def endless(place: str) -> EndlessError:
    """The error for a graph of more than `MOST_OPERATIONS`."""
    return EndlessError(
        f"more than {MOST_OPERATIONS:,} operations", line=place, hint="does its loop end?"
    )


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Interrupt what runs inside after ``seconds``.

    Raises:
        EndlessError: the time is up; it names the line that was running.
    """
    if not seconds:
        yield
        return
    try:
        in_main_thread = threading.current_thread() is threading.main_thread()
        with _alarm(seconds) if in_main_thread and hasattr(signal, "setitimer") else _bomb(seconds):
            yield
    except _TimeIsUp as error:
        raise EndlessError(
            f"not done after {seconds:g} seconds",
            line=line_of(error) or "forward",
            hint="does its loop end? give it more with --timeout",
        ) from error


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise from a signal, which also ends a system call that waits."""

    def end(*_: object) -> None:
        raise _TimeIsUp

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _bomb(seconds: float) -> Iterator[None]:
    """Raise from another thread, where signals are not available."""
    thread = ctypes.c_ulong(threading.get_ident())
    done = threading.Event()

    def end() -> None:
        wait = seconds
        # Repeatedly, as an exception inside a callback of C code is lost.
        while not done.wait(wait):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(_TimeIsUp))
            wait = _AGAIN

    threading.Thread(target=end, daemon=True).start()
    try:
        yield
    finally:
        done.set()


_STANDARD_LIBRARY = sysconfig.get_path("stdlib")
_one_at_a_time = threading.RLock()


@contextmanager
def global_state_kept(model: nn.Module) -> Iterator[None]:
    """Keep random states and names of the model's code; keep hooks for all modules out of it.

    One thread at a time, as patches and random states are shared by all threads.
    """
    with _one_at_a_time, _random_states_kept(), _hooks_kept_out(), _names_kept(model):
        yield


@contextmanager
def _random_states_kept() -> Iterator[None]:
    state = random.getstate()
    numpy = sys.modules.get("numpy")
    numpy_state = numpy.random.get_state() if numpy else None
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        random.setstate(state)
        if numpy:
            numpy.random.set_state(numpy_state)


@contextmanager
def _hooks_kept_out() -> Iterator[None]:
    """Take away the hooks that are registered for all modules."""
    tables = global_forward_hooks()
    hooks = [dict(table) for table in tables]
    for table in tables:
        table.clear()
    try:
        yield
    finally:
        for table, kept in zip(tables, hooks):
            table.clear()
            table.update(kept)


def seed_all() -> None:
    """Begin random numbers anew, so that the same model gives the same graph."""
    random.seed(0)
    torch.manual_seed(0)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(0)


@contextmanager
def _names_kept(model: nn.Module) -> Iterator[None]:
    """Undo what the model's own code does to attributes of its classes and to global names."""
    modules = [module for _, module in named_modules(model)]
    classes = {base for kind in set(map(type, modules)) for base in kind.__mro__}
    kept = [(owner, _contents(vars(owner))) for owner in _owners(modules, classes)]
    caches = {cache: cache.cache_info().currsize for cache in _caches(classes)}
    try:
        yield
    finally:
        for cache in _caches(classes):
            if cache.cache_info().currsize != caches.get(cache, 0):
                cache.cache_clear()  # it may hold tensors without values
        for owner, names in kept:
            for name in _contents(vars(owner)).keys() - names.keys():
                delattr(owner, name)
            for name, (value, content) in names.items():
                if vars(owner).get(name) is not value:
                    setattr(owner, name, value)
                if content is not None and not _is_same(value, content):
                    _restore(value, content)


def _contents(names: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The values of names, each with a copy if it is a collection or a tensor."""
    return {
        name: (value, _copy_of(value)) for name, value in names.items() if not name.startswith("__")
    }


def _copy_of(value: Any) -> Any:
    if type(value) in (list, dict, set, deque):
        return copy.copy(value)
    if type(value) is torch.Tensor and not value.is_meta and value.numel() <= FEW:
        return version_of(value), value.detach().clone()
    return None


def _restore(value: Any, content: Any) -> None:
    if isinstance(value, torch.Tensor):
        with torch.no_grad():
            value.copy_(content[1])
        return
    value.clear()
    (value.update if isinstance(value, (dict, set)) else value.extend)(content)


def _is_same(collection: Any, content: Any) -> bool:
    """Whether ``collection`` still holds just the things that are in ``content``."""
    if isinstance(collection, torch.Tensor):
        return bool(version_of(collection) == content[0])
    if isinstance(collection, dict):
        pairs = zip(collection.items(), content.items())
        same = all(a is c and b is d for (a, b), (c, d) in pairs)
    else:
        same = all(a is b for a, b in zip(collection, content))
    return same and len(collection) == len(content)


def _caches(classes: Set[type]) -> list[Any]:
    """The cached functions and methods in ``classes`` and in the Python modules that hold them."""
    names = {kind.__module__ for kind in classes if not kind.__module__.startswith("torch.")}
    spaces = [*classes, *(sys.modules[name] for name in sorted(names) if name in sys.modules)]
    values = [value for space in spaces for value in list(vars(space).values())]
    return [value for value in values if isinstance(value, functools._lru_cache_wrapper)]


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
