"""Settings that a model's code writes: they are as before when its run has ended.

Settings of a thread, such as whether gradients are recorded, are put back, and so are handlers of
signals. Those of the process that decide how numbers are computed, and not what a figure shows, are
never written: this thread reads what it has set, and all others compute on as they did. The default
dtype decides what a figure shows; it is set, and put back if this thread has set it. So is the
working folder, by which the caller names its files.
"""

from __future__ import annotations

import functools
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import torch

from visualize.core.patching import always, patches_end_here, replace
from visualize.core.torch_threads import default_device_set_here, dtype_setters, settings_of_process

_Value = TypeVar("_Value")
_CASTS = ("cpu", "cuda")  # devices whose automatic mixed precision is set for each thread


@contextmanager
def settings_kept() -> Iterator[None]:
    """Keep the settings of the caller and of other threads."""
    gradients, device = torch.is_grad_enabled(), default_device_set_here()
    casts = [(one, torch.is_autocast_enabled(one), torch.get_autocast_dtype(one)) for one in _CASTS]
    dtypes: list[torch.dtype] = []
    folders: list[str] = []
    handlers: dict[int, Any] = {}
    try:
        with patches_end_here():
            replace(*_changes(dtypes, folders))
            replace((signal, "signal", functools.partial(_noting_handlers, handlers)))
            yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for one, enabled, dtype in casts:
            torch.set_autocast_enabled(one, enabled)
            torch.set_autocast_dtype(one, dtype)
        if folders and folders[0]:
            os.chdir(folders[0])
        if dtypes:
            torch.set_default_dtype(dtypes[0])
        if default_device_set_here() != device:
            torch.set_default_device(device)
        torch.set_grad_enabled(gradients)


def _changes(
    dtypes: list[torch.dtype], folders: list[str]
) -> Iterator[tuple[Any, str, Callable[[Any], Any]]]:
    for owner, getter, setter in settings_of_process():
        own: dict[str, Any] = {}
        yield owner, setter, always(functools.partial(_keep, own))
        yield owner, getter, functools.partial(_reading, own)
    for owner, name in dtype_setters():
        yield owner, name, functools.partial(_noting, dtypes, torch.get_default_dtype)
    for name in ("chdir", "fchdir"):
        if hasattr(os, name):  # Windows has one of them
            yield os, name, functools.partial(_noting, folders, _folder)


def _keep(own: dict[str, Any], *values: Any, **_: Any) -> None:
    own["value"] = values[-1]


def _reading(own: dict[str, Any], original: Callable[..., Any]) -> Callable[..., Any]:
    def read(*args: Any) -> Any:
        return own["value"] if own else original(*args)

    return read


def _noting_handlers(before: dict[int, Any], original: Callable[..., Any]) -> Callable[..., Any]:
    def write(number: int, handler: Any) -> Any:
        old = original(number, handler)
        if old is not None:  # one of C, which cannot be put back
            before.setdefault(number, old)
        return old

    return write


def _folder() -> str:
    try:
        return str(Path.cwd())
    except OSError:  # it is gone
        return ""


def _noting(
    before: list[_Value], read: Callable[[], _Value], original: Callable[..., Any]
) -> Callable[..., Any]:
    def write(*args: Any, **kwargs: Any) -> Any:
        before.append(read())
        return original(*args, **kwargs)

    return write
