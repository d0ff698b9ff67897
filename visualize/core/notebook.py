"""The notebook that this process runs, if any. IPython is asked, never imported."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any


def display_function() -> Callable[[Any], Any] | None:
    """What shows an object in the cell that runs, or None outside of notebooks.

    A notebook has a kernel; IPython in a terminal has none and shows text alone.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if getattr(shell, "kernel", None) is None:
        return None
    from IPython.display import display

    function: Callable[[Any], Any] = display
    return function
