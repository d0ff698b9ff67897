"""Functions of classes and modules, replaced for a while."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def patched(
    owner: Any, name: str, change: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> Iterator[None]:
    """Replace a function of a class or of a module's names by what ``change`` makes of it."""
    names = owner if isinstance(owner, dict) else None
    # As the class holds it: a class method is not yet bound to the class.
    original = names[name] if names is not None else inspect.getattr_static(owner, name)

    def put(value: Any) -> None:
        if names is not None:
            names[name] = value
        else:
            setattr(owner, name, value)

    put(change(original))
    try:
        yield
    finally:
        put(original)
