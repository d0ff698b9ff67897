"""Room for recursion: models whose modules are nested in each other hundreds of times.

Each such module is several calls inside the one before, as torch runs it and as it is described.
Python ends that at 1,000 calls, long before memory does.
"""

from __future__ import annotations

import contextvars
import functools
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from visualize.core.architecture import Architecture
from visualize.core.errors import VisualizeError
from visualize.core.interrupting import raise_in, take_back

# A thousand calls are enough for modules nested so deeply, and no more.
_SHALLOW = 40
# Calls inside each other for one module inside another, and the stack that they take.
_CALLS = 60
_BYTES = 1 << 16
_LEAST_BYTES = 1 << 26
_PATIENCE = 5.0  # seconds that what is interrupted has to end
# The path of a module names all around it: beyond this, paths alone fill memory.
MOST_NESTED = 2500

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")
_Owner = TypeVar("_Owner", bound="_HasArchitecture")
_sizing = threading.Lock()


class _HasArchitecture(Protocol):
    @property
    def architecture(self) -> Architecture: ...


def depth_of(paths: Iterable[str]) -> int:
    """How many modules are nested in each other, by their paths.

    >>> depth_of(["", "layers", "layers.0", "layers.0.norm"])
    2
    """
    return max((path.count(".") for path in paths), default=0)


def with_room(
    depth: int, call: Callable[_Given, _Result], *args: _Given.args, **keywords: _Given.kwargs
) -> _Result:
    """What ``call`` returns; it may recurse once for each of ``depth`` modules in each other.

    Where that is more than Python allows, it runs in a thread with a stack of its own, with the
    context of this one.

    Raises:
        VisualizeError: more are nested than can be followed.
    """
    if depth <= _SHALLOW or sys.getrecursionlimit() > 1000 + _CALLS * depth:
        return call(*args, **keywords)
    if depth > MOST_NESTED:
        raise VisualizeError(
            f"modules are nested {depth:,} deep; at most {MOST_NESTED:,} can be followed",
            hint="give a part of it",
        )
    return _in_thread(depth, functools.partial(call, *args, **keywords))


def roomy(
    method: Callable[Concatenate[_Owner, _Given], _Result],
) -> Callable[Concatenate[_Owner, _Given], _Result]:
    """``method`` of what has an architecture, with room for modules as deep as there are in it."""

    @functools.wraps(method)
    def call(self: _Owner, /, *args: _Given.args, **keywords: _Given.kwargs) -> _Result:
        depth = depth_of(self.architecture.modules)
        return with_room(depth, functools.partial(method, self), *args, **keywords)

    return call


def _in_thread(depth: int, call: Callable[[], _Result]) -> _Result:
    done: list[_Result] = []
    failed: list[BaseException] = []
    ended = threading.Event()  # join() that is interrupted takes the thread for one that ended
    context = contextvars.copy_context()

    def run() -> None:
        try:
            done.append(context.run(call))
        except BaseException as error:
            failed.append(error)
        finally:
            ended.set()

    thread = threading.Thread(target=run, daemon=True)
    before = sys.getrecursionlimit()
    with _sizing:
        size = threading.stack_size(max(_LEAST_BYTES, _BYTES * depth))
        try:
            sys.setrecursionlimit(max(before, 1000 + _CALLS * depth))
            thread.start()
        finally:
            threading.stack_size(size)
    try:
        _wait(thread, ended)
    finally:
        sys.setrecursionlimit(before)
    if failed:
        raise failed[0]
    return done[0]


def _wait(thread: threading.Thread, ended: threading.Event) -> None:
    """Wait for ``thread``; what interrupts this one, such as Ctrl-C, interrupts it as well."""
    try:
        ended.wait()
    except BaseException as error:
        raise_in(thread.ident or 0, type(error))
        if ended.wait(_PATIENCE):
            take_back()  # it may have ended before that arrived
        raise
