"""Sentences on the values of weights."""

from __future__ import annotations

import torch
from torch import nn

import visualize
from visualize.report.language import load_language
from visualize.report.sentences import sentences


def values(weight: torch.Tensor) -> str:
    """The sentences on a linear layer with this weight."""
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=False)
    layer.load_state_dict({"weight": weight})
    summary = visualize.summarize(
        nn.Sequential(layer), torch.ones(1, weight.shape[1]), statistics=True
    )
    return " ".join(sentences(summary, load_language("en")))


def test_norms_and_zeros() -> None:
    written = values(torch.tensor([[3.0, 0.0], [0.0, 4.0]]))
    assert "L2 norm of all weights: 5; the largest is that of [0], 5." in written
    assert "Zero weights: 50.0 % (2)" in written
    assert "No zero weights." in values(torch.ones(2, 2))


def test_nan_and_infinity() -> None:
    assert "NaN or infinite weights in [0]." in values(torch.full((2, 2), float("nan")))
