"""What a function makes of integers alone is one box."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import visualize
from tests.formulas import assert_whole
from tests.layers import Function
from visualize.core.choices import Level
from visualize.core.diagram import BoxKind
from visualize.simplify import simplify


def _mask(tokens: Tensor) -> Tensor:
    padding = tokens.eq(0).float()
    return (padding * -1e9)[:, None]


def _scaled(x: Tensor) -> Tensor:
    return x.exp().cumsum(-1)


class Masked(nn.Module):
    """Embeds tokens and hides padding."""

    def __init__(self, aside: bool) -> None:
        super().__init__()
        self.embedding = nn.Embedding(9, 6)
        self.linear = nn.Linear(6, 6)
        self.aside = aside

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.linear(self.embedding(tokens)).transpose(1, 2)
        mask = _mask(tokens) if self.aside else (tokens.eq(0).float() * -1e9)[:, None]
        return _scaled(x + mask)


def computations(aside: bool) -> list[str]:
    architecture = visualize.trace(Masked(aside), torch.zeros(1, 6, dtype=torch.int64))
    diagram = simplify(architecture, Level.LAYER)
    assert_whole(architecture, diagram)
    return [box.type for box in diagram.boxes if box.kind is BoxKind.COMPUTATION]


def test_a_function_of_indices_is_one_box() -> None:
    assert computations(aside=True) == ["mask"]


def test_what_forward_itself_computes_stays_open() -> None:
    assert computations(aside=False) == []


class Pooled(nn.Module):
    """The features of the first token with a number, and of no other."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.last = nn.Embedding(9, 6), nn.Linear(6, 4)

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens.view(-1, tokens.shape[-1])
        x = self.embedding(tokens)
        place = (tokens.to(torch.int) == 2).int().argmax(-1)
        return self.last(x[torch.arange(x.shape[0]), place])


def labels(model: nn.Module, *inputs: Tensor) -> list[tuple[str, ...]]:
    architecture = visualize.trace(model, inputs)
    assert_whole(architecture, simplify(architecture, Level.LAYER))
    scene = visualize.draw(architecture, level="layer").scene
    return [box.label for box in scene.boxes if box.role not in ("input", "output")]


def test_the_place_of_a_token_is_said_by_what_picks_it() -> None:
    found = labels(Pooled(), torch.zeros(2, 5, dtype=torch.int64))
    assert found[1:] == [("select token", "where tokens = 2"), ("Linear, 6 → 4", "28 params")]


class Inserted(nn.Module):
    """Features of an image in the place of some tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding, self.layer = nn.Embedding(9, 6), nn.Linear(3, 6)

    def forward(self, tokens: Tensor, image: Tensor) -> Tensor:
        x, features = self.embedding(tokens), self.layer(image)
        return x.masked_scatter((tokens == 7).unsqueeze(-1).expand_as(x), features)


def test_features_that_replace_those_of_some_tokens_are_inserted() -> None:
    found = labels(Inserted(), torch.tensor([[1, 7, 7, 2]]), torch.rand(1, 2, 3))
    assert ("insert features", "where tokens = 7") in found


def test_a_mask_that_several_operations_read_stays() -> None:
    def twice(m: nn.Module, tokens: Tensor) -> Tensor:
        mask = (tokens == 0)[..., None]
        x = m.first(m.embedding(tokens).masked_fill(mask, 0.0))
        return m.second(x.masked_fill(mask, 0.0))

    model = Function(twice)
    model.embedding = nn.Embedding(9, 6)
    model.first, model.second = nn.Linear(6, 6), nn.Linear(6, 6)
    assert ("= 0",) in labels(model, torch.zeros(2, 5, dtype=torch.int64))
