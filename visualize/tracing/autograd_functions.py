"""Functions with a backward of their own: each call is one operation, named after its class."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from torch import fx
from torch.autograd import Function

from visualize.core.patching import patched
from visualize.core.torch_internals import tree_leaves

Call = Callable[..., Any]


def is_one_operation(kind: type[Function], args: Any) -> bool:
    """Whether a call of a function is shown as one operation.

    What is given modules or functions, as for checkpoints or reversible blocks, runs these; torch's
    own functions belong to the operators that use them.
    """
    return not (kind.__module__.startswith("torch.") or any(map(_runs, tree_leaves(args))))


def _runs(value: Any) -> bool:
    return callable(value) and not isinstance(value, (fx.Proxy, type))


@functools.cache
def as_operation(kind: type[Function]) -> Call:
    """A function that applies ``kind`` and has its name.

    >>> import torch
    >>> class Double(Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         return 2 * x
    >>> as_operation(Double).__name__, as_operation(Double)(torch.ones(2)).tolist()
    ('Double', [2.0, 2.0])
    """

    def run(*args: Any, **kwargs: Any) -> Any:
        return kind.apply(*args, **kwargs)

    run.__name__ = run.__qualname__ = kind.__name__
    return run


@contextmanager
def watched(call: Callable[[type[Function], Call, Any, Any], Any]) -> Iterator[None]:
    """Hand every application of a function to ``call``: its class, how to apply it, what to."""

    def change(original: Any) -> Any:
        def apply(kind: type[Function], *args: Any, **kwargs: Any) -> Any:
            return call(kind, original.__get__(None, kind), args, kwargs)

        return classmethod(apply)

    with patched(Function, "apply", change):
        yield
