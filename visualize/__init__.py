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
    from visualize.core.architecture import Architecture
    from visualize.core.errors import VisualizeError
    from visualize.core.theme import Theme
    from visualize.figure import Figure
    from visualize.options import FigureOptions, SummaryOptions, TraceOptions
    from visualize.pipeline import draw, summarize, trace
    from visualize.simplify.idioms import RULES, Match, Rule, View, activation

__version__ = "0.1.0"
__all__ = [
    "RULES",
    "Architecture",
    "Figure",
    "FigureOptions",
    "Match",
    "Rule",
    "SummaryOptions",
    "Theme",
    "TraceOptions",
    "View",
    "VisualizeError",
    "activation",
    "draw",
    "models",
    "summarize",
    "trace",
]

_HOMES = {
    "RULES": "visualize.simplify.idioms",
    "Match": "visualize.simplify.idioms",
    "Rule": "visualize.simplify.idioms",
    "View": "visualize.simplify.idioms",
    "activation": "visualize.simplify.idioms",
    "Architecture": "visualize.core.architecture",
    "Figure": "visualize.figure",
    "FigureOptions": "visualize.options",
    "SummaryOptions": "visualize.options",
    "TraceOptions": "visualize.options",
    "Theme": "visualize.core.theme",
    "VisualizeError": "visualize.core.errors",
    "draw": "visualize.pipeline",
    "summarize": "visualize.pipeline",
    "trace": "visualize.pipeline",
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
