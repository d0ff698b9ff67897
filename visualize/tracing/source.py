"""Where in the model's own code an operation is written."""

from __future__ import annotations

import functools
import os
import sys
import sysconfig
from pathlib import Path
from types import FrameType

import torch

_LIBRARY = f"{Path(torch.__file__).parent}{os.sep}"
_PACKAGE = f"{Path(__file__).parents[1]}{os.sep}"
_STANDARD_LIBRARY = sysconfig.get_path("stdlib")


@functools.cache
def is_of_the_model(file: str) -> bool:
    """Whether ``file`` is neither torch's, nor Python's, nor of this package."""
    if file.startswith((_LIBRARY, _PACKAGE, "<frozen")):
        return False
    return not file.startswith(_STANDARD_LIBRARY) or "-packages" in file


def calling_line() -> tuple[str, int] | None:
    """File and line of the innermost call that the model's own code is in now, if it is in any."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if is_of_the_model(code.co_filename):
            return code.co_filename, frame.f_lineno
        if code.co_filename.startswith(_PACKAGE) and code.co_name.startswith("trace_"):
            return None  # what is around this runs the model
        frame = frame.f_back
    return None
