"""Inputs guessed from the first layers of a model."""

from __future__ import annotations

import functools

import pytest
from torch import nn

import visualize
from visualize.core.architecture import NodeKind

pytestmark = pytest.mark.filterwarnings("ignore")


record = functools.partial(visualize.trace, tracer="recorded")


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (nn.Linear(7, 2), (1, 7)),
        (nn.Sequential(nn.Flatten(), nn.Linear(784, 10)), (1, 784)),
        (nn.Conv1d(2, 3, 5), (1, 2, 1024)),
        (nn.Conv2d(5, 3, 3), (1, 5, 224, 224)),
        (nn.Conv3d(3, 4, 3), (1, 3, 16, 112, 112)),
        (nn.Sequential(nn.Conv2d(1, 2, 5), nn.Flatten(), nn.Linear(1152, 3)), (1, 1, 28, 28)),
        (nn.Embedding(9, 3), (1, 128)),
        (nn.BatchNorm2d(4), (1, 4, None, None)),
        (nn.ReLU(), (1, 3, 224, 224)),
        (nn.ConvTranspose2d(4, 3, 2), (1, 4, None, None)),
        (nn.EmbeddingBag(9, 3), (None, None)),
        (nn.GroupNorm(2, 4), (1, 4, None, None)),
        (nn.LayerNorm((3, 8, 8)), (1, 3, 8, 8)),
        (nn.LSTM(5, 6, batch_first=True), (1, None, 5)),
        (nn.TransformerEncoderLayer(8, 2, 8), (None, None, 8)),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else "",
)
def test_guesses_from_the_first_layer(model: nn.Module, shape: tuple[int | None, ...]):
    architecture = visualize.trace(model)
    (given,) = [layer for layer in architecture.operations if layer.kind is NodeKind.INPUT]
    guessed = given.outputs[0].shape
    assert len(guessed) == len(shape)
    assert all(size in (None, found) for size, found in zip(shape, guessed))
    assert "assumed --input" in architecture.notes[0]
