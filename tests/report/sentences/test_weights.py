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


def test_magnitudes_and_zeros() -> None:
    written = values(torch.tensor([[3.0, 0.0], [0.0, 4.0]]))
    assert "RMS of weights: 2.5." in written
    assert "Zero weights: 50.0 % (2)" in written
    assert "ero weights" not in values(torch.ones(2, 2))


def test_the_smallest_and_the_largest_do_not_follow_from_size() -> None:
    large, small = nn.Linear(40, 40, bias=False), nn.Linear(40, 2, bias=False)
    nn.init.constant_(large.weight, 0.5)
    nn.init.constant_(small.weight, 2.0)
    summary = visualize.summarize(nn.Sequential(large, small), (1, 40), statistics=True)
    written = " ".join(sentences(summary, load_language("en")))
    assert "RMS of weights: 0.655; from 0.5 ([0]) to 2 ([1])." in written


def test_untrained_biases_are_not_sparse() -> None:
    layer, norm = nn.Linear(4, 4), nn.LayerNorm(4)
    nn.init.zeros_(layer.bias)
    model = nn.Sequential(layer, norm)
    summary = visualize.summarize(model, (1, 4), statistics=True)
    assert "ero weights" not in " ".join(sentences(summary, load_language("en")))
    with torch.no_grad():
        norm.weight[:2] = 0  # channels that were pruned
    pruned = visualize.summarize(model, (1, 4), statistics=True)
    expected = "Zero weights: 7.1 % (2); the largest share is that of [1], 25.0 %."
    assert expected in " ".join(sentences(pruned, load_language("en")))


def test_without_values_there_are_no_sentences_on_them() -> None:
    summary = visualize.summarize(nn.Linear(4, 4), (1, 4))
    report = " ".join(sentences(summary, load_language("en")))
    assert all(word not in report for word in ("RMS", "Zero", "NaN"))


def test_nan_and_infinity() -> None:
    assert "NaN" not in values(torch.ones(2, 2))
    assert "RMS" not in values(torch.full((2, 2), float("inf")))
    assert "NaN or infinite weights in [0]." in values(torch.full((2, 2), float("nan")))
