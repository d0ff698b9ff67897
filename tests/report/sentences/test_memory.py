"""The sentence on the memory of activations."""

from __future__ import annotations

import pytest
from torch import nn

import visualize
from tests.nets import UNet
from tests.sentences import written
from visualize.report.language import load_language
from visualize.report.sentences import sentences

SEVERAL = nn.Sequential(nn.Linear(1000, 1000), nn.ReLU(), nn.Linear(1000, 10))


def test_what_is_saved_and_where_inference_peaks() -> None:
    assert (
        "Activation memory for batch 2: 16.0 kB saved for backward; "
        "inference peaks at 24.0 kB ([1])."
    ) in written(SEVERAL, (2, 1000))


def test_a_frozen_model_saves_nothing_and_still_peaks() -> None:
    frozen = nn.Sequential(nn.Linear(1000, 1000), nn.ReLU()).requires_grad_(False)
    assert "Activation memory for batch 2: inference peaks at 24.0 kB ([1])." in written(
        frozen, (2, 1000)
    )


def test_a_single_layer_is_not_named() -> None:
    assert "inference peaks at 8.0 kB." in written(nn.ReLU(), (1, 1000))


def test_nothing_is_said_where_it_was_not_measured() -> None:
    architecture = visualize.trace(UNet(), (1, 3, 32, 32))
    report = " ".join(sentences(visualize.summarize(architecture), load_language("en")))
    assert "memory" not in report


@pytest.mark.parametrize(("language", "words"), [("zh", "推理峰值")])
def test_it_is_translated(language: str, words: str) -> None:
    assert words in written(SEVERAL, (2, 1000), language=language)
