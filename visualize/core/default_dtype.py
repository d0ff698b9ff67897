"""The default dtype of one thread, in which a model is built.

A configuration that names ``bfloat16`` makes its library call ``torch.set_default_dtype`` while it
builds the model, and all threads would then make tensors of it. Here it is noted for this thread,
and what the thread makes is converted.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from visualize.core.patching import always, patches_end_here, replace
from visualize.core.torch_internals import tree_leaves, without_torch_function
from visualize.core.torch_threads import dtype_setters


class _Here(threading.local):
    def __init__(self) -> None:
        self.dtype: torch.dtype | None = None


_here = _Here()


@contextmanager
def own_default_dtype() -> Iterator[None]:
    """Let code of this thread set the default dtype for itself, until this block ends."""
    outer = _here.dtype
    try:
        with patches_end_here():
            setters = [(owner, name, always(_set)) for owner, name in dtype_setters()]
            replace(*setters, (vars(torch), "get_default_dtype", always(_get)))
            yield
    finally:
        _here.dtype = outer


_process_dtype = torch.get_default_dtype


def _set(wanted: Any) -> None:
    """Note a dtype, or the type of tensors that has it."""
    _here.dtype = wanted if isinstance(wanted, torch.dtype) else wanted.dtype


def _get() -> torch.dtype:
    return _here.dtype or _process_dtype()


def of_default_dtype(func: Any, args: Any, kwargs: dict[str, Any], result: Any) -> Any:
    """``result`` of a call, in the default dtype of this thread if torch chose that of the process.

    That is so for a tensor of floats that is made of none, where no dtype is given.

    >>> with own_default_dtype():
    ...     torch.set_default_dtype(torch.float64)
    ...     of_default_dtype(torch.ones, (2,), {}, torch.ones(2)).dtype
    torch.float64
    """
    if _here.dtype is None or not isinstance(result, torch.Tensor):
        return result
    with without_torch_function():
        if result.dtype is not _process_dtype() or getattr(func, "__name__", "") in _OF_A_DTYPE:
            return result
        if any(map(_decides, tree_leaves((args, kwargs)))):
            return result
        return result.to(_here.dtype)


# Methods whose name is that of a dtype; others are given one.
_OF_A_DTYPE = frozenset({"float", "double", "half", "bfloat16"})


def _decides(given: Any) -> bool:
    """Whether an argument decides the dtype of a result: a dtype, or an array of floats."""
    if isinstance(given, torch.Tensor):
        return given.is_floating_point() or given.is_complex()
    return isinstance(given, (torch.dtype, str)) or hasattr(given, "dtype")
