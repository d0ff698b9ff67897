"""What a run writes to its replica: attributes, tables and collections are put back afterwards.

A graph refers to modules and tensors by their paths, which must lead to what was there when the run
began; and what a symbolic run leaves behind are proxies, which no other run may meet.
"""

from __future__ import annotations

import copy
import operator
from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from visualize.core.torch_internals import named_modules
from visualize.tracing.replica import PLAIN, is_plain_object


class Attributes:
    """The attributes of a replica, and the collections and plain objects that they are.

    Args:
        model: the replica, before it runs.
    """

    def __init__(self, model: nn.Module) -> None:
        self._kept = [(held, _copied(held)) for held in _collections(model)]

    def restore(self) -> bool:
        """Put back what was removed or replaced, and return whether anything was written.

        Tensors and modules that a table gained stay, as a parameter that is made at its first use.
        """
        written = False
        for held, before in self._kept:
            if (held or before) and not _is_same(held, before):
                written = True
                _put_back(held, before)
        return written


def _copied(held: Any) -> Any:
    if not held:  # as most tables are
        return _NOTHING
    # The tables of modules are many, and their own method is several times as fast.
    return held.copy() if type(held) in _TABLES else copy.copy(held)


_NOTHING: dict[Any, Any] = {}
_TABLES = frozenset({dict, OrderedDict, list, set})


def _collections(model: nn.Module) -> Iterator[Any]:
    for _, module in named_modules(model):
        yield vars(module)
        for value in vars(module).values():
            if type(value) in PLAIN:
                continue
            if isinstance(value, (dict, list, set, deque)):
                yield value
            elif is_plain_object(value):
                yield vars(value)


def _is_same(held: Any, before: Any) -> bool:
    if len(held) != len(before):
        return False
    if isinstance(held, dict) and not all(map(operator.is_, held.values(), before.values())):
        return False
    return all(map(operator.is_, held, before))


def _put_back(held: Any, before: Any) -> None:
    """Let a collection hold what it held before; a table keeps its order, and what it gained."""
    if not isinstance(held, dict):
        held.clear()
        (held.update if isinstance(held, set) else held.extend)(before)
        return
    after = dict(held)
    held.clear()
    for key, value in before.items():
        if value is not None:
            held[key] = value
        elif key in after:  # else it has become a parameter, which is in another table
            held[key] = after[key] if isinstance(after[key], _TARGETS) else None
    gained = {key: value for key, value in after.items() if key not in before}
    held.update({key: value for key, value in gained.items() if isinstance(value, _TARGETS)})


_TARGETS = (torch.Tensor, nn.Module)  # what a graph may refer to
