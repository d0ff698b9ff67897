"""The functions of `visualize`: those of the pipeline, with errors of a few lines.

A failure inside a model is found deep in the tracer. Its traceback is of no use to whoever called
`draw` with a shape that does not fit, and so long that it hides the line that says so.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from visualize import pipeline, sources
from visualize.core.errors import VisualizeError

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


def _with_short_errors(function: Callable[_Given, _Result]) -> Callable[_Given, _Result]:
    """``function`` without the frames of this package, and without what caused them.

    The error that caused a failure is the ``__context__`` of the one that is raised.
    """

    @functools.wraps(function)
    def call(*args: _Given.args, **kwargs: _Given.kwargs) -> _Result:
        __tracebackhide__ = True  # in IPython and pytest
        try:
            return function(*args, **kwargs)
        except VisualizeError as error:
            raise error.with_traceback(None) from None

    return call


audit = _with_short_errors(pipeline.audit)
diff = _with_short_errors(pipeline.diff)
draw = _with_short_errors(pipeline.draw)
load_graph = _with_short_errors(sources.load_graph)
skips = _with_short_errors(pipeline.skips)
summarize = _with_short_errors(pipeline.summarize)
trace = _with_short_errors(pipeline.trace)
