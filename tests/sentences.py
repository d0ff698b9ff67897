"""The sentences of a report, for tests."""

from __future__ import annotations

import torch
from torch import nn

import visualize
from visualize.report.language import load_language
from visualize.report.sentences import sentences


def written(model: nn.Module | str, *shapes: tuple[int, ...], language: str = "en") -> str:
    """All sentences about ``model``."""
    inputs = [torch.empty(shape) for shape in shapes] or None
    return " ".join(sentences(visualize.summarize(model, inputs), load_language(language)))
