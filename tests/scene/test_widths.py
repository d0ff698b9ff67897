"""The width of a block is that of what it returns."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import visualize


class Attention(nn.Module):
    """Attention that merges its heads and has no projection behind."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(8, 24)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(x).unflatten(-1, (3, 2, 4)).permute(2, 0, 3, 1, 4)
        return F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)


class GraphAttention(nn.Module):
    """Two heads over the neighbours of each node; an activation follows in the code around."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Linear(8, 8)
        self.left, self.right = (nn.Parameter(torch.rand(2, 4)) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        z = self.weight(x).view(len(x), 2, 4)
        scores = (z * self.left).sum(-1)[:, None] + (z * self.right).sum(-1)[None]
        weights = F.leaky_relu(scores, 0.2).softmax(1)
        return torch.einsum("ijh,jhd->ihd", weights, z).reshape(len(x), -1)


class Encoder(nn.Module):
    """Convolutions whose map becomes one vector."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 8, 3, 2, 1), nn.Conv2d(8, 16, 3, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.second(self.first(x).relu()).relu().flatten(1)


class Tokens(nn.Module):
    """Layers on the places of a map, which is a map again at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.up, self.down = nn.Linear(8, 16), nn.Linear(16, 8)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.down(self.up(x.flatten(2).transpose(1, 2)).relu())
        return tokens.transpose(1, 2).reshape(x.shape)


class Net(nn.Module):
    """Blocks with activations between them, each on its own input where there are several."""

    def __init__(self, *blocks: nn.Module, beside: bool = False) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.beside = beside

    def forward(self, x: Tensor) -> Tensor:
        if self.beside:
            return torch.cat([block(x) for block in self.blocks], 1)
        for block in self.blocks:
            x = F.elu(block(x))
        return x


@pytest.mark.parametrize(
    ("model", "shape", "title"),
    [
        (Net(Attention(), Attention(), Attention()), (2, 6, 8), "Attention, 8 ×3"),
        (Net(GraphAttention(), GraphAttention()), (5, 8), "GraphAttention, 8 ×2"),
        (Net(Encoder(), Encoder(), beside=True), (2, 3, 16, 16), "Encoder, 256"),
        (Net(Tokens(), Tokens()), (2, 8, 4, 4), "Tokens, 8 ×2"),
    ],
)
def test_a_block_is_as_wide_as_what_it_returns(model: nn.Module, shape: Any, title: str) -> None:
    figure = visualize.draw(model, shape, level="block")
    assert title in [box.label[0] for box in figure.scene.boxes]
    assert not figure.check()
    stages = [part for part in visualize.summarize(model, shape).facts.parts if part.blocks]
    assert {part.width for part in stages} <= {int(title.split(", ")[1].split()[0])}


class Heads(nn.Module):
    """What the last layer makes is split into heads, which have no width in common."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden, self.out = nn.Linear(8, 8), nn.Linear(8, 24)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.hidden(x).relu()).view(*x.shape[:-1], 4, 6)


def test_what_is_split_has_no_width() -> None:
    model = nn.Sequential(Heads(), nn.Flatten(2), nn.Linear(24, 8), Heads())
    figure = visualize.draw(model, (2, 3, 8), level="block")
    assert [box.label[0] for box in figure.scene.boxes].count("Heads") == 2
    parts = visualize.summarize(model, (2, 3, 8)).facts.parts
    assert {part.width for part in parts if part.blocks} == {0}


class Detector(nn.Module):
    """Scores each place of a map, and returns the best ones."""

    def __init__(self) -> None:
        super().__init__()
        self.score = nn.Conv2d(3, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.topk(self.score(x).flatten(1), 5).values


def test_a_number_of_detections_is_no_width() -> None:
    model = nn.Sequential(nn.Conv2d(3, 3, 3), Detector())
    figure = visualize.draw(model, (1, 3, 8, 8), level="block", details="none")
    assert "Detector" in [box.label[0] for box in figure.scene.boxes]
