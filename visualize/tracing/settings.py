"""Settings that a model's code writes: they are as before when its run has ended.

Settings of a thread, such as whether gradients are recorded, are put back. Those of the process
that decide how numbers are computed, and not what a figure shows, are never written: this thread
reads what it has set, and all others compute on as they did. All else is set, and put back if this
thread has set it: the default dtype, which decides what a figure shows, the working folder, by
which the caller names its files, handlers of signals, and how Python, numpy and torch print,
report and count.
"""

from __future__ import annotations

import functools
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from visualize.core.patching import always, patches_end_here, replace
from visualize.core.torch_threads import (
    default_device_set_here,
    dtype_setters,
    print_options,
    settings_of_process,
)

_Put = Callable[[], Any]  # puts a setting back
_CASTS = ("cpu", "cuda")  # devices whose automatic mixed precision is set for each thread


@contextmanager
def settings_kept() -> Iterator[None]:
    """Keep the settings of the caller and of other threads."""
    gradients, device = torch.is_grad_enabled(), default_device_set_here()
    casts = [(one, torch.is_autocast_enabled(one), torch.get_autocast_dtype(one)) for one in _CASTS]
    puts: list[_Put] = []
    try:
        with patches_end_here():
            replace(*_own_values(), *_noted(puts))
            yield
    finally:
        for put in reversed(puts):
            put()
        for one, enabled, dtype in casts:
            torch.set_autocast_enabled(one, enabled)
            torch.set_autocast_dtype(one, dtype)
        if default_device_set_here() != device:
            torch.set_default_device(device)
        torch.set_grad_enabled(gradients)


def _own_values() -> Iterator[tuple[Any, str, Callable[[Any], Any]]]:
    """Setters that set nothing, and getters that return what this thread has set."""
    for owner, getter, setter in settings_of_process():
        own: dict[str, Any] = {}
        yield owner, setter, always(functools.partial(_keep, own))
        yield owner, getter, functools.partial(_reading, own)


def _keep(own: dict[str, Any], *values: Any, **_: Any) -> None:
    own["value"] = values[-1]


def _reading(own: dict[str, Any], original: Callable[..., Any]) -> Callable[..., Any]:
    def read(*args: Any) -> Any:
        return own["value"] if own else original(*args)

    return read


def _noted(puts: list[_Put]) -> Iterator[tuple[Any, str, Callable[[Any], Any]]]:
    """Setters that note how what they set is put back."""
    setters: list[tuple[Any, str, Callable[..., _Put | None]]] = [
        (os, "chdir", _folder),
        (os, "fchdir", _folder),  # which Windows lacks
        (signal, "signal", _handler),
        (sys, "setrecursionlimit", _as_now(sys.setrecursionlimit, sys.getrecursionlimit)),
        (sys, "settrace", _as_now(sys.settrace, sys.gettrace)),
        (sys, "setprofile", _as_now(sys.setprofile, sys.getprofile)),
        (logging, "disable", _as_now(logging.disable, lambda: logging.root.manager.disable)),
        (logging.Logger, "setLevel", _level),
        (logging.Logger, "addHandler", _listeners),
        (logging.Logger, "removeHandler", _listeners),
        (np, "seterr", _as_now(_all_of(np.seterr), np.geterr)),
        (np, "set_printoptions", _as_now(_all_of(np.set_printoptions), np.get_printoptions)),
        (torch, "set_printoptions", _as_now(_all_of(torch.set_printoptions), print_options)),
        (torch, "set_anomaly_enabled", _anomalies),
    ]
    dtype = _as_now(torch.set_default_dtype, torch.get_default_dtype)
    setters += [(owner, name, dtype) for owner, name in dtype_setters()]
    for owner, name, putting_back in setters:
        if isinstance(owner, dict) or hasattr(owner, name):
            yield owner, name, functools.partial(_noting, puts, putting_back)


def _as_now(setter: Callable[[Any], Any], getter: Callable[[], Any]) -> Callable[..., _Put]:
    """What a setter of one value is put back with, whatever it is about to set."""
    return lambda *_, **__: functools.partial(setter, getter())


def _all_of(setter: Callable[..., Any]) -> Callable[[Mapping[str, Any]], Any]:
    """A setter of several values by their names, as one of a mapping."""
    return lambda values: setter(**values)


def _noting(
    puts: list[_Put], putting_back: Callable[..., _Put | None], original: Callable[..., Any]
) -> Callable[..., Any]:
    def write(*args: Any, **kwargs: Any) -> Any:
        put = putting_back(*args, **kwargs)
        result = original(*args, **kwargs)
        if put:
            puts.append(put)
        return result

    return write


def _folder(*_: Any, **__: Any) -> _Put | None:
    try:
        return functools.partial(os.chdir, str(Path.cwd()))
    except OSError:  # it is gone
        return None


def _handler(signalnum: int, handler: Any) -> _Put | None:
    del handler
    before = signal.getsignal(signalnum)
    # One that C set, which is None here, cannot be put back.
    return functools.partial(signal.signal, signalnum, before) if before is not None else None


def _level(logger: logging.Logger, *_: Any, **__: Any) -> _Put:
    return functools.partial(logger.setLevel, logger.level)


def _listeners(logger: logging.Logger, *_: Any, **__: Any) -> _Put:
    before = list(logger.handlers)
    return lambda: logger.handlers.__setitem__(slice(None), before)


def _anomalies(*_: Any, **__: Any) -> _Put:
    before = torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()
    return functools.partial(torch.set_anomaly_enabled, *before)
