"""The arguments and results of a module call, in order."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from torch import nn


def parts_of(value: Any, kind: type) -> Iterator[Any]:
    """Each part of ``value`` that is of ``kind``; only collections are opened.

    >>> list(parts_of([1, {"a": (2, "b")}, None], int))
    [1, 2]
    """
    if isinstance(value, kind):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from parts_of(item, kind)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from parts_of(item, kind)


def in_order(module: nn.Module, args: Any, kwargs: Mapping[str, Any]) -> tuple[Any, ...]:
    """The arguments of a call of ``module``, those by name in the order of its signature."""
    if len(kwargs) < 2:
        return (*args, *kwargs.values())
    places = _places(type(module).forward)
    names = sorted(kwargs, key=lambda name: places.get(name, len(places)))
    return (*args, *(kwargs[name] for name in names))


@functools.lru_cache(maxsize=4096)
def _places(forward: Callable[..., Any]) -> Mapping[str, int]:
    try:
        names = inspect.signature(forward).parameters
    except (TypeError, ValueError):
        return {}
    return {name: place for place, name in enumerate(names)}
