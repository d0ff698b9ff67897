"""Tensors inside of arguments and results: their names, and copies of what holds them.

Collections, dataclasses, named tuples and plain objects are opened. The pytree of torch opens
only what is registered with it for the whole process, so a plain object is copied instead, with
other tensors in the places of its own.
"""

from __future__ import annotations

import copy
import inspect
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

import torch

from visualize.core.errors import InputError, UntraceableError, shorten
from visualize.core.example import Fields
from visualize.tracing.tensors import holds_nothing, items_of

# Collections whose copy is made of the copies of what they hold.
_TABLES = (dict, OrderedDict, Fields)


def named_parts(
    value: Any, name: str, kind: type = torch.Tensor, around: frozenset[int] = frozenset()
) -> Iterator[tuple[str, Any]]:
    """Each part of ``value`` that is of ``kind``, in order, with its name.

    >>> from types import SimpleNamespace
    >>> batch = SimpleNamespace(x=1, edges=[2, 3], size=None)
    >>> list(named_parts(batch, "batch", int))
    [('batch.x', 1), ('batch.edges[0]', 2), ('batch.edges[1]', 3)]
    """
    if isinstance(value, kind):
        yield name, value
    elif id(value) not in around:
        fields = getattr(value, "_fields", ()) if isinstance(value, tuple) else ()
        for (_, step), item in items_of(value):
            step = fields[step] if fields else step
            if isinstance(step, str) and isinstance(item, kind):
                step = step.lstrip("_")  # ``x`` is read where an object keeps it as ``_x``
            yield from named_parts(item, _below(name, step), kind, around | {id(value)})


def _below(name: str, step: Any) -> str:
    """What a part of ``name`` is called; where an object keeps its parts is not named."""
    if not isinstance(step, str):
        return f"{name}[{shorten(repr(step), 40)}]"
    if step.startswith("_"):
        return name
    return f"{name}.{step}" if name else step


def identifier(name: str) -> str:
    """A name as the id of a node.

    >>> identifier("batch.edges[0]")
    'batch_edges_0'
    """
    return re.sub(r"\W+", "_", name).strip("_") or "input"


def rebuilt(value: Any, name: str, change: Callable[[str, torch.Tensor], Any]) -> Any:
    """``value`` with what ``change`` returns for the name and value of each tensor in it.

    The parts of collections are changed one by one; a tensor that an object holds at several places
    is changed once. What holds no tensor is copied, where it can be, since a model may write to it.

    Raises:
        InputError: an object holds tensors and cannot be copied.
    """
    if isinstance(value, torch.Tensor):
        return change(name, value)
    if holds_nothing(value):
        return value
    kind = type(value)
    fields = getattr(value, "_fields", ()) if isinstance(value, tuple) else ()
    if kind in (list, tuple) or fields:
        steps = fields or range(len(value))
        items = [rebuilt(item, _below(name, step), change) for step, item in zip(steps, value)]
        return kind(*items) if fields else kind(items)
    if kind in _TABLES:
        return kind((key, rebuilt(each, _below(name, key), change)) for key, each in value.items())
    held = {id(tensor): (label, tensor) for label, tensor in reversed([*named_parts(value, name)])}
    memo = {key: change(*held[key]) for key in reversed(held)}
    try:
        return copy.deepcopy(value, memo)
    except Exception as error:
        if not held:
            return value
        reason = shorten(" ".join(str(error).split()), 120)
        raise InputError(
            f"an object of type {kind.__name__} cannot be copied: {reason}",
            where=name,
            hint="give its tensors in a dict or a dataclass",
        ) from error


def completed(result: Any) -> Any:
    """What a run returns, once all of it has run.

    Raises:
        UntraceableError: it is run by an event loop.
    """
    if inspect.iscoroutine(result):
        result.close()
        raise UntraceableError(
            "forward is asynchronous", line="forward", hint="give a model that is called plainly"
        )
    return list(result) if inspect.isgenerator(result) else result
