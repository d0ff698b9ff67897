"""Lines of labels are short; numbers of parameters are never cut off."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize
from visualize.check.claims import read_claims
from visualize.scene.lines import LONGEST, clip, details_lines


@pytest.mark.parametrize("words", [[], ["short"], ["a long detail"] * 4, ["one" * 30]])
@pytest.mark.parametrize("numbers", [[], ["3.9 M"], ["shared weights", "3.9 M each", "2 shared"]])
def test_numbers_are_whole(words: list[str], numbers: list[str]) -> None:
    lines = details_lines(words, numbers)
    assert all(len(line) <= LONGEST for line in lines)
    assert not numbers or lines[-1].endswith(" · ".join(numbers))
    parts = " · ".join(lines).split(" · ")
    assert parts[: len(words)] == [
        word if len(word) <= LONGEST else clip(word, 46) for word in words
    ]


def test_lines_are_even() -> None:
    assert details_lines(["BN", "ReLU"], ["9"]) == ["BN · ReLU · 9"]
    first, second = details_lines(["one detail here"] * 4, [])
    assert first == second


def test_of_very_many_details_the_first_are_shown() -> None:
    lines = details_lines([f"+ operand {number}" for number in range(40)], ["3.9 M"])
    assert " · ".join(lines).endswith("+ operand 5 · … · 3.9 M")


class Embeddings(nn.Module):
    """A sum of embeddings with long names."""

    def __init__(self) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(100, 8)
        self.token_type_embeddings = nn.Embedding(2, 8)
        self.absolute_position_embeddings = nn.Embedding(16, 8)

    def forward(self, ids: Tensor) -> Tensor:
        added: Tensor = self.word_embeddings(ids)
        added = added + self.token_type_embeddings.weight[0]
        return added + self.absolute_position_embeddings.weight[: ids.shape[1]]


def test_an_embedding_shows_its_parameters() -> None:
    model = nn.Sequential(Embeddings(), nn.Linear(8, 8))
    figure = visualize.draw(model, torch.zeros(1, 6, dtype=torch.int64), level="layer")
    (label,) = [box.label for box in figure.scene.boxes if box.label[0].startswith("Embedding")]
    assert label[1:] == (
        "+ token type embeddings[0]",
        "+ absolute position embeddings · 944 params",
    )
    assert [amount.value for amount in read_claims(label).amounts] == [944.0]
    assert not figure.check()
