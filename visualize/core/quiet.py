"""No warnings and no remarks in the log from one thread, while all others keep theirs.

Python has one list of filters of warnings, one function that shows them, and one level below which
nothing is logged, for all threads. ``warnings.catch_warnings`` and ``logging.disable`` would change
them for all. Here a thread is given a list and functions of its own, which only it sees.
"""

from __future__ import annotations

import logging
import threading
import types
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from visualize.core.patching import always, patched, patches_end_here, replace

# What ``warnings.catch_warnings`` writes to.
_OF_WARNINGS = ("filters", "showwarning", "_showwarnmsg_impl")
# Of libraries: a remark is made once in a process, which must not be used up here.
_ONCE = ("warning_once", "info_once")


class _Here(threading.local):
    """The warnings of this thread, if they are its own."""

    def __init__(self) -> None:
        self.warnings: dict[str, Any] | None = None


_here = _Here()
_lock = threading.RLock()
_threads: set[int] = set()


@contextmanager
def quiet(level: int = logging.WARNING) -> Iterator[None]:
    """Ignore the warnings of this thread, and what it logs at ``level`` or below."""
    outer, _here.warnings = _here.warnings, _own_warnings()
    if outer is None:
        _begin()
    try:
        with patches_end_here():
            _replace_functions(level)
            yield
    finally:
        _here.warnings = outer
        if outer is None:
            _end()


@contextmanager
def not_logged(name: str) -> Iterator[None]:
    """Drop what this thread logs to the logger called ``name``."""

    def change(original: Callable[..., None]) -> Callable[..., None]:
        def call(logger: logging.Logger, record: logging.LogRecord) -> None:
            if logger.name != name:
                original(logger, record)

        return call

    with patched(logging.Logger, "callHandlers", change):
        yield


def _own_warnings() -> dict[str, Any]:
    own = {name: getattr(warnings, name) for name in _OF_WARNINGS if hasattr(warnings, name)}
    return own | {"filters": [("ignore", None, Warning, None, 0)]}


def _replace_functions(level: int) -> None:
    def handlers(original: Callable[..., None]) -> Callable[..., None]:
        def call(logger: logging.Logger, record: logging.LogRecord) -> None:
            if record.levelno > level:
                original(logger, record)

        return call

    loggers = [(logging.Logger, "callHandlers", handlers)]
    once = [(logging.Logger, name, _nothing) for name in _ONCE if hasattr(logging.Logger, name)]
    # All that changes filters in another way than by assignment to the module.
    names = vars(warnings)
    changes: dict[str, Callable[..., Any]] = {
        "_add_filter": _add_filter,
        "resetwarnings": _reset,
        "_showwarnmsg": _show,
        "_filters_mutated": _ignore,
    }
    own = [(names, name, always(change)) for name, change in changes.items() if name in names]
    replace(*loggers, *once, *own)


def _nothing(_: Any) -> Callable[..., None]:
    return _ignore


def _ignore(*_: Any, **__: Any) -> None:
    """Do nothing."""


def _show(message: Any) -> None:
    """Hand a warning to what records them in this thread, as ``catch_warnings`` can; else to none.

    It has come so far through filters that the code of this thread added.
    """
    own = _here.warnings or {}
    record = own.get("_showwarnmsg_impl")
    if record is not vars(warnings).get("_showwarnmsg_impl") and record is not None:
        record(message)


def _add_filter(*item: Any, append: bool = False) -> None:
    """Add a filter to the list of this thread, as ``warnings.simplefilter`` does to that of all."""
    own = (_here.warnings or {}).get("filters", [])
    own.insert(len(own) if append else 0, item)


def _reset() -> None:
    (_here.warnings or {}).get("filters", []).clear()


def _of_thread(name: str) -> property:
    """An attribute of the module that a thread may have for itself."""

    def get(module: types.ModuleType) -> Any:
        own = _here.warnings
        try:
            return (vars(module) if own is None else own)[name]
        except KeyError:
            raise AttributeError(name) from None

    def put(module: types.ModuleType, value: Any) -> None:
        own = _here.warnings
        (vars(module) if own is None else own)[name] = value

    return property(get, put)


class _Warnings(types.ModuleType):
    """The module ``warnings``; its own functions, also in C, read its attributes here."""

    filters = _of_thread("filters")
    showwarning = _of_thread("showwarning")
    _showwarnmsg_impl = _of_thread("_showwarnmsg_impl")


def _begin() -> None:
    with _lock:
        _threads.add(threading.get_ident())
        if type(warnings) is types.ModuleType:
            _of_class(_Warnings)


def _end() -> None:
    with _lock:
        _threads.discard(threading.get_ident())
        if not _threads and type(warnings) is _Warnings:
            _of_class(types.ModuleType)


def _of_class(kind: type[types.ModuleType]) -> None:
    setattr(warnings, "__class__", kind)  # noqa: B010 (which a type checker does not follow)
