"""What a run of foreign code must not do: take for ever, or leave traces in global state."""

from __future__ import annotations

import ctypes
import random
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch.nn.modules import module

from visualize.errors import UntraceableError
from visualize.tracing.explain import line_of

_AGAIN = 1.0  # seconds until code that caught the end is ended again


class _TimeIsUp(BaseException):
    """Not an Exception, so that ``except Exception`` in a model does not catch it."""


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """End what runs inside after ``seconds``.

    Raises:
        UntraceableError: the time is up; it names the line that was running.
    """
    if not seconds:
        yield
        return
    try:
        in_main_thread = threading.current_thread() is threading.main_thread()
        with _alarm(seconds) if in_main_thread and hasattr(signal, "setitimer") else _bomb(seconds):
            yield
    except _TimeIsUp as error:
        raise UntraceableError(
            f"not done after {seconds:g} seconds",
            line=line_of(error),
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
    """Raise from another thread, where signals cannot be had."""
    thread = threading.get_ident()

    def end() -> None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread), ctypes.py_object(_TimeIsUp)
        )

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def global_state_kept() -> Iterator[None]:
    """Keep random states, and hooks that are registered for all modules out of it."""
    state = random.getstate()
    numpy = sys.modules.get("numpy")
    numpy_state = numpy.random.get_state() if numpy else None
    tables = (module._global_forward_pre_hooks, module._global_forward_hooks)
    hooks = [dict(table) for table in tables]
    try:
        for table in tables:
            table.clear()
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        for table, kept in zip(tables, hooks):
            table.clear()
            table.update(kept)
        random.setstate(state)
        if numpy:
            numpy.random.set_state(numpy_state)
