"""Sentences on the size of a model."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.nets import Scaled, Transformer
from tests.sentences import written
from visualize.report.language import load_language
from visualize.report.sentences import sentences


def test_no_parameters() -> None:
    assert "No parameters." in written(nn.ReLU(), (1, 4))


def in_words(model: nn.Module, inputs: object = (1, 4), language: str = "en") -> list[str]:
    """The sentences on a model in memory."""
    return sentences(visualize.summarize(model, inputs), load_language(language))


def test_bytes_and_dtype() -> None:
    assert "11,689,512 parameters (46.8 MB, float32), all trainable." in written("resnet18")
    chinese = written("resnet18", language="zh")
    assert "共 11,689,512 个参数（46.8 MB，float32），全部可训练。" in chinese
    half = in_words(nn.Linear(4, 8).half(), torch.zeros(1, 4, dtype=torch.float16))
    assert half[0] == "40 parameters (80 B, float16), all trainable."


class Mixed(nn.Module):
    """Parameters of two dtypes, and a counter."""

    def __init__(self) -> None:
        super().__init__()
        self.large, self.small = nn.Linear(4, 8).bfloat16(), nn.Linear(8, 2, bias=False)
        self.register_buffer("steps", torch.zeros(1, dtype=torch.int64))

    def forward(self, x: Tensor) -> Tensor:
        """Convert twice."""
        return self.small(self.large(x.bfloat16()).float()) + self.steps


def test_several_dtypes() -> None:
    english = in_words(Mixed())
    assert english[0] == ("56 parameters (144 B, 71.4 % bfloat16, 28.6 % float32), all trainable.")
    assert english[1] == "1 buffer element (8 B, int64)."


@pytest.mark.parametrize(
    ("trainable", "words"),
    [
        (0, "75 parameters (300 B, float32), all frozen."),
        (1, "75 parameters (300 B, float32): 32 trainable (42.7 %), 43 frozen."),
    ],
)
def test_the_number_of_frozen_parameters(trainable: int, words: str) -> None:
    model = Scaled()
    for parameter in list(model.parameters())[trainable:]:
        parameter.requires_grad_(False)
    assert in_words(model)[0] == words


def test_packed_weights_are_no_parameters() -> None:
    quantized = torch.ao.quantization.quantize_dynamic(nn.Sequential(nn.Linear(4, 8)))
    english = in_words(quantized)
    assert english[:2] == [
        "No parameters.",
        "40 weights packed in quantized layers (64 B, 80.0 % qint8, 20.0 % float32).",
    ]


class Unused(nn.Module):
    """A head that is never called, and a parameter of the model's own."""

    def __init__(self) -> None:
        super().__init__()
        self.used, self.head = nn.Linear(4, 4, bias=False), nn.Linear(4, 1)
        self.spare = nn.Parameter(torch.ones(3))

    def forward(self, x: Tensor) -> Tensor:
        """Call one of two layers."""
        return self.used(x)


def test_unused_modules_are_named() -> None:
    assert "8 parameters (33.3 %) are never used: head, spare." in in_words(Unused())
    without = Unused()
    del without.head
    assert "3 parameters (15.8 %) are never used: spare." in in_words(without)


def test_tied_weights() -> None:
    tokens = torch.zeros(1, 8, dtype=torch.int64)
    tied = "Tied weights (counted once): embed.weight = head.weight."
    assert tied in in_words(Transformer(), tokens)


def test_biases_that_are_tied_beside_weights_are_not_listed() -> None:
    one, two = nn.Linear(4, 4), nn.Linear(4, 4)
    two.weight, two.bias = one.weight, one.bias
    (tied,) = (each for each in in_words(nn.Sequential(one, two)) if "Tied" in each)
    assert tied == "Tied weights (counted once): [0].weight = [1].weight."
    two = nn.Linear(4, 4)
    two.bias = one.bias
    (tied,) = (each for each in in_words(nn.Sequential(one, two)) if "Tied" in each)
    assert tied == "Tied weights (counted once): [0].bias = [1].bias."
    assert not any("Tied" in each for each in in_words(nn.Sequential(one, nn.Linear(4, 4))))
