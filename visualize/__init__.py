"""visualize: figures of PyTorch models that are true and fit the page.

>>> import visualize
>>> figure = visualize.draw(model, (1, 3, 224, 224))       # doctest: +SKIP
>>> figure.save("model.pdf")                               # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from visualize import models
    from visualize.api import audit, diff, draw, load_graph, skips, summarize, trace
    from visualize.core.errors import VisualizeError
    from visualize.core.theme import Theme
    from visualize.figure import Figure
    from visualize.options import (
        AuditOptions,
        DiffOptions,
        FigureOptions,
        SkipsOptions,
        SummaryOptions,
        TraceOptions,
    )
    from visualize.results.architecture import Architecture
    from visualize.results.audit import Audit
    from visualize.results.difference import Difference
    from visualize.results.skip_table import SkipTable
    from visualize.results.summary import Summary
    from visualize.simplify.idioms import RULES, Match, Rule, View, activation

__version__ = "0.1.0"
__all__ = [
    "RULES",
    "Architecture",
    "Audit",
    "AuditOptions",
    "DiffOptions",
    "Difference",
    "Figure",
    "FigureOptions",
    "Match",
    "Rule",
    "SkipTable",
    "SkipsOptions",
    "Summary",
    "SummaryOptions",
    "Theme",
    "TraceOptions",
    "View",
    "VisualizeError",
    "activation",
    "audit",
    "diff",
    "draw",
    "load_graph",
    "models",
    "skips",
    "summarize",
    "trace",
]

_HOMES = {
    "RULES": "visualize.simplify.idioms",
    "Match": "visualize.simplify.idioms",
    "Rule": "visualize.simplify.idioms",
    "View": "visualize.simplify.idioms",
    "activation": "visualize.simplify.idioms",
    "Architecture": "visualize.results.architecture",
    "Audit": "visualize.results.audit",
    "AuditOptions": "visualize.options",
    "DiffOptions": "visualize.options",
    "Difference": "visualize.results.difference",
    "Figure": "visualize.figure",
    "FigureOptions": "visualize.options",
    "SkipTable": "visualize.results.skip_table",
    "SkipsOptions": "visualize.options",
    "Summary": "visualize.results.summary",
    "SummaryOptions": "visualize.options",
    "TraceOptions": "visualize.options",
    "Theme": "visualize.core.theme",
    "VisualizeError": "visualize.core.errors",
    "audit": "visualize.api",
    "diff": "visualize.api",
    "draw": "visualize.api",
    "load_graph": "visualize.api",
    "skips": "visualize.api",
    "summarize": "visualize.api",
    "trace": "visualize.api",
}


def __getattr__(name: str) -> Any:
    """Import the public names when they are first used, so that ``import visualize`` is fast."""
    if name == "models":
        return importlib.import_module("visualize.models")
    if name not in _HOMES:
        raise AttributeError(f"module 'visualize' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
