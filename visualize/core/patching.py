"""Functions of classes and modules, replaced for one thread and for a while.

What is put in the place of a function asks which thread calls it. All threads but those that
replaced it run the function itself, so that a model can be trained, served or built in one thread
while another is traced. It is taken away when the last of them has ended what it does.
"""

from __future__ import annotations

import builtins
import functools
import inspect
import threading
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

_Key = tuple[int, str]


@dataclass(eq=False)
class _Patch:
    """A function that was replaced.

    Attributes:
        owner: a class, a module, or a table of names; held, so that its identity stays its own.
        name: the name of the function in it.
        original: the function, as the owner holds it.
        replacement: what is in its place.
        threads: those that replaced it.
    """

    owner: Any
    name: str
    original: Any
    replacement: Any = field(init=False)
    threads: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.replacement = _by_thread(self)


class _Here(threading.local):
    """What this thread calls in the place of functions."""

    def __init__(self) -> None:
        self.changed: dict[_Patch, Any] = {}


_here = _Here()
_lock = threading.RLock()
_patches: dict[_Key, _Patch] = {}  # also those that are not in place now, to be used again
_MOST = 512
_PAUSE, _TRIES = 0.05, 400  # seconds, and how often what others put over a function is looked at


@contextmanager
def patches_end_here() -> Iterator[None]:
    """At the end of this block, what this thread calls is what it called before.

    Also where an interruption ended a block inside in the midst of doing that.
    """
    before = dict(_here.changed)
    try:
        yield
    finally:
        ended, _here.changed = _here.changed, before
        _release(threading.get_ident(), set(ended if before else _patches.values()) - set(before))


@contextmanager
def patched(
    owner: Any, name: str, change: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> Iterator[None]:
    """Replace a function, for this thread, by what ``change`` makes of it.

    Args:
        owner: a class, a module, or a table of names such as the globals of a module.
        name: what the function is called there.
        change: is given the function as the owner holds it: a class method is not yet bound.
    """
    with patches_end_here():
        replace((owner, name, change))
        yield


def replace(*changes: tuple[Any, str, Callable[[Any], Any]]) -> None:
    """Replace functions for this thread until the block of `patches_end_here` around it ends."""
    thread = threading.get_ident()
    changed = dict(_here.changed)
    with _lock:
        for owner, name, change in changes:
            patch = _installed(owner, name)
            patch.threads.add(thread)
            changed[patch] = change(changed.get(patch, patch.original))
    _here.changed = changed


def always(function: Callable[..., Any]) -> Callable[[Any], Callable[..., Any]]:
    """A change that puts ``function`` in the place of any.

    >>> always(len)(max) is len
    True
    """
    return lambda _: function


def _installed(owner: Any, name: str) -> _Patch:
    """The patch of a function, which is begun if there is none."""
    key = (id(owner), name)
    patch = _patches.get(key)
    current = _held(owner, name)
    if patch and (patch.threads or current is patch.replacement):
        return patch
    if patch is None or current is not patch.original:
        if len(_patches) >= _MOST:
            _forget()
        patch = _patches[key] = _Patch(owner, name, current)
    _put(owner, name, patch.replacement)
    return patch


def _forget() -> None:
    """Let go of the patches, and so of the owners, that no thread uses."""
    for key, patch in list(_patches.items()):
        if not patch.threads and _held(patch.owner, patch.name) is not patch.replacement:
            del _patches[key]


def _release(thread: int, patches: set[_Patch]) -> None:
    """Put functions back that only ``thread`` had replaced."""
    with _lock:
        for patch in patches:
            if thread in patch.threads:
                patch.threads.discard(thread)
                _put_back(patch)


def _put_back(patch: _Patch, tries: int = _TRIES) -> None:
    """Put a function back that no thread replaces.

    What others put over it since is theirs to take away: torch.fx does so at the end of a trace in
    another thread, and leaves what it found. So that is looked at again for a while.
    """
    with _lock:
        held = _held(patch.owner, patch.name)
        if patch.threads or held is patch.original:
            return
        if held is patch.replacement:
            _put(patch.owner, patch.name, patch.original)
        elif tries:
            later = threading.Timer(_PAUSE, _put_back, (patch, tries - 1))
            later.daemon = True
            later.start()


def _held(owner: Any, name: str) -> Any:
    """What an owner holds under a name: a class method is not yet bound to the class.

    A name that a table lacks is that of a function of Python, such as ``len``.
    """
    if isinstance(owner, dict):
        return owner[name] if name in owner else getattr(builtins, name, None)
    return inspect.getattr_static(owner, name, None)


def _put(owner: Any, name: str, value: Any) -> None:
    if isinstance(owner, dict):
        if value is getattr(builtins, name, None) and owner is not vars(builtins):
            owner.pop(name, None)
        else:
            owner[name] = value
    else:
        setattr(owner, name, value)


_OF_CACHES: Sequence[str] = ("cache_info", "cache_clear", "cache_parameters")


def _by_thread(patch: _Patch) -> Any:
    """What calls the function, or what the thread that calls it has put in its place.

    It asks for this patch alone: what it calls may be a replacement that others left in the place
    of the same function before.
    """
    here, original = _here, patch.original
    if isinstance(original, (classmethod, types.ClassMethodDescriptorType)):

        def of_class(kind: Any, /, *args: Any, **kwargs: Any) -> Any:
            return here.changed.get(patch, original).__get__(None, kind)(*args, **kwargs)

        wrapped: Any = getattr(original, "__func__", original)  # C has none
        return classmethod(functools.wraps(wrapped)(of_class))

    def call(*args: Any, **kwargs: Any) -> Any:
        return here.changed.get(patch, original)(*args, **kwargs)

    replacement: Any = functools.wraps(original)(call)
    for name in _OF_CACHES:
        if hasattr(original, name):
            setattr(replacement, name, getattr(original, name))
    return replacement
