"""Where in the model's own code an operation is written."""

from __future__ import annotations

import functools
import os
import sys
import sysconfig
from pathlib import Path
from types import FrameType

import torch
from torch import fx

from visualize.core.operators import merge_type
from visualize.core.traced import SourceLine

_LIBRARY = f"{Path(torch.__file__).parent}{os.sep}"
_PACKAGE = f"{Path(__file__).parents[1]}{os.sep}"
_STANDARD_LIBRARY = sysconfig.get_path("stdlib")


@functools.cache
def is_of_the_model(file: str) -> bool:
    """Whether ``file`` is neither torch's, nor Python's, nor of this package."""
    if file.startswith((_LIBRARY, _PACKAGE, "<frozen")):
        return False
    return not file.startswith(_STANDARD_LIBRARY) or "-packages" in file


def line_of_merge(node: fx.Node) -> SourceLine | None:
    """Where the model's own code calls a function that may merge and is now being recorded.

    The innermost line of its code; None for other operations, as walking the frames takes time.
    """
    if node.op not in ("call_function", "call_method"):
        return None
    name = str(getattr(node.target, "__name__", node.target)).strip("_")
    if not (merge_type(name) or merge_type(name.removeprefix("i"))):  # iadd is add in place
        return None
    return current_line()


def current_line() -> SourceLine | None:
    """The innermost line of the model's own code that runs now."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if is_of_the_model(code.co_filename):
            return SourceLine(code.co_filename, frame.f_lineno)
        if code.co_filename.startswith(_PACKAGE) and code.co_name.startswith("trace_"):
            return None  # the frames around this one only run the model
        frame = frame.f_back
    return None
