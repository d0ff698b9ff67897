"""Sentences on the size of a model."""

from __future__ import annotations

import pytest
from torch import nn

import visualize
from tests.nets import Scaled
from tests.sentences import written
from visualize.report.language import load_language
from visualize.report.sentences import sentences


def test_no_parameters() -> None:
    assert "No parameters." in written(nn.ReLU(), (1, 4))


@pytest.mark.parametrize(
    ("trainable", "words"),
    [(0, "75 parameters, all frozen"), (1, "75 parameters, 43 of them frozen")],
)
def test_the_number_of_frozen_parameters(trainable: int, words: str) -> None:
    model = Scaled()
    for parameter in list(model.parameters())[trainable:]:
        parameter.requires_grad_(False)
    assert words in sentences(visualize.summarize(model, (1, 4)), load_language("en"))[0]
