"""Lines of labels are short; numbers of parameters are never cut off."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize
from visualize.check.claims import read_claims
from visualize.scene.lines import LONGEST, details_line


@pytest.mark.parametrize("words", [[], ["short"], ["a long detail"] * 3, ["one" * 30]])
@pytest.mark.parametrize("numbers", [[], ["3.9 M"], ["shared weights", "3.9 M each", "2 shared"]])
def test_numbers_are_whole(words: list[str], numbers: list[str]) -> None:
    line = details_line(words, numbers)
    assert len(line) <= LONGEST
    assert not numbers or line.endswith(" · ".join(numbers))
    assert line.startswith(words[0][:4] if words else " · ".join(numbers))


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
    assert "…" in label[1]
    assert [amount.value for amount in read_claims(label).amounts] == [944.0]
    assert not figure.check()
