"""Exceptions that one thread raises in another."""

from __future__ import annotations

import contextlib
import ctypes
import threading
import time


class _Nothing(BaseException):
    """Sent to take the place of what was sent before."""


def raise_in(thread: int, kind: type[BaseException]) -> None:
    """Raise an exception in a thread as soon as it runs code of Python.

    Args:
        thread: its identity.
        kind: a class that can be called without arguments.
    """
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(kind))


def take_back() -> None:
    """Let nothing be raised in this thread that was sent to it and has not arrived.

    CPython can forget what was sent, but before 3.13 it then looks for that for ever: calls are
    slower, and a call that is traced, as by a debugger, never begins. So something else is sent,
    and arrives.
    """
    with contextlib.suppress(_Nothing):
        while True:  # again, as one that arrives in a finalizer is lost
            raise_in(threading.get_ident(), _Nothing)
            time.sleep(0)
