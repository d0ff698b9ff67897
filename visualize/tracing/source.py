"""Where in the model's own code an operation is written."""

from __future__ import annotations

import functools
import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import torch
from torch import fx

from visualize.core.operators import may_merge
from visualize.core.traced import SourceLine

_LIBRARY = f"{Path(torch.__file__).parent}{os.sep}"
_PACKAGE = f"{Path(__file__).parents[1]}{os.sep}"
_STANDARD_LIBRARY = sysconfig.get_path("stdlib")
# What runs a module: its own code, and that of torch and of this package around it.
_FORWARD = frozenset({"forward", "_call_impl", "call_module"})


@functools.cache
def is_of_the_model(file: str) -> bool:
    """Whether ``file`` is neither torch's, nor Python's, nor of this package."""
    if file.startswith((_LIBRARY, _PACKAGE, "<frozen")):
        return False
    return not file.startswith(_STANDARD_LIBRARY) or "-packages" in file


def origin_of(node: fx.Node) -> tuple[SourceLine | None, tuple[str, ...]]:
    """Where the model's own code calls a function that is now being recorded.

    Returns:
        The innermost line of its code, if the function may merge, and the functions around it that
        the ``forward`` of a module calls, outermost first; nothing for other operations.
    """
    if node.op not in ("call_function", "call_method"):
        return None, ()
    frame = _innermost()
    if frame is None:
        return None, ()
    name = str(getattr(node.target, "__name__", node.target)).strip("_")
    merges = may_merge(name) or may_merge(name.removeprefix("i"))  # iadd is add in place
    return _line(frame) if merges else None, tuple(_helpers(frame))[::-1]


def current_line() -> SourceLine | None:
    """The innermost line of the model's own code that runs now."""
    frame = _innermost()
    return frame and _line(frame)


def _line(frame: FrameType) -> SourceLine:
    return SourceLine(frame.f_code.co_filename, frame.f_lineno)


def _innermost() -> FrameType | None:
    """The innermost frame of the model's own code."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and not is_of_the_model(frame.f_code.co_filename):
        if _is_around_the_run(frame):
            return None
        frame = frame.f_back
    return frame


def _helpers(innermost: FrameType) -> Iterator[str]:
    """The named functions of the model's own code up to the next ``forward``, innermost first."""
    frame: FrameType | None = innermost
    while frame is not None and frame.f_code.co_name not in _FORWARD:
        if _is_around_the_run(frame):
            return
        name = frame.f_code.co_name
        if is_of_the_model(frame.f_code.co_filename) and not name.startswith(("<", "__")):
            yield name
        frame = frame.f_back


def _is_around_the_run(frame: FrameType) -> bool:
    """Whether a frame is one of this package that only runs the model."""
    code = frame.f_code
    return code.co_filename.startswith(_PACKAGE) and code.co_name.startswith("trace_")
