"""From what a user typed to the models of a gallery."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from visualize.core.errors import UnknownModelError
from visualize.models import model_names, parse_model


def models_of(patterns: Iterable[str]) -> list[str]:
    """The MODEL arguments that ``patterns`` name, each once.

    Args:
        patterns: each a MODEL argument, or part of a name or a glob, as `visualize models` takes
            it. A name is that model alone, even if it is part of others.

    Raises:
        UnknownModelError: a pattern names no model.
        UsageError: one that matches no name cannot be read as a MODEL.
    """
    return list(dict.fromkeys(model for each in patterns for model in _named(each)))


def _named(pattern: str) -> list[str]:
    bare, known = pattern.removeprefix("torchvision:"), model_names()
    if bare in known:
        return [bare]
    if bare and (matching := model_names(bare)):
        return matching
    spec = parse_model(pattern)
    prefix = {"torchvision": "", "timm": "timm:"}.get(spec.source)
    if prefix is not None:
        name = prefix + spec.name.partition(".")[0]  # without the tag of weights
        if name not in known:
            raise UnknownModelError(pattern, difflib.get_close_matches(name, known, n=3))
    return [pattern]
