"""Whether queries and keys come from one tensor or from two."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.graphs import Net
from visualize.core.diagram import Diagram
from visualize.simplify.idioms.origin import attends_to
from visualize.simplify.idioms.rule import View
from visualize.simplify.prune import prune_plumbing


def view(net: Net, *ends: str) -> View:
    net.output(*ends)
    return View(prune_plumbing(Diagram.of(net.build())))


def test_projections_of_one_tensor_are_self_attention() -> None:
    net = Net()
    x = net.input(1, 6, 8)
    query, key = net.linear(x, name="query"), net.linear(x, name="key")
    assert attends_to(view(net, query, key), query, key) == "self"


def test_projections_of_two_tensors_are_cross_attention() -> None:
    net = Net()
    x, memory = net.input(1, 6, 8), net.input(1, 6, 8, name="memory")
    query, key = net.linear(x, name="query"), net.linear(memory, name="key")
    assert attends_to(view(net, query, key), query, key) == "cross"


def test_learned_queries_attend_to_data() -> None:
    net = Net()
    key = net.linear(net.input(1, 6, 8), name="key")
    seen = view(net, key)
    assert attends_to(seen, None, key) == "cross"
    assert attends_to(seen, key, None) == ""


class Attending(nn.Module):
    """Attention over all states of a recurrent layer, by its last one, by all or by a cell's."""

    def __init__(self, queries: str) -> None:
        super().__init__()
        self.queries = queries
        self.encoder, self.cell = nn.GRU(8, 8, batch_first=True), nn.GRUCell(8, 8)
        self.query, self.key = nn.Linear(8, 8), nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        """Weigh the states."""
        states, last = self.encoder(x)
        if self.queries == "states":
            queries = states
        else:
            state = self.cell(states.mean(1), last[-1]) if self.queries == "cell" else last[-1]
            queries = state.unsqueeze(1)
        scores = self.query(queries) @ self.key(states).transpose(1, 2)
        return torch.softmax(scores, -1) @ states


@pytest.mark.parametrize(
    ("queries", "name"),
    [("states", "self-attention"), ("cell", "cross-attention"), ("last", "attention")],
)
def test_what_a_recurrent_layer_returns_is_what_is_attended(queries: str, name: str) -> None:
    figure = visualize.draw(Attending(queries), (2, 6, 8))
    (label,) = {box.label[0] for box in figure.scene.boxes if "attention" in box.label[0]}
    assert label == name


class Latent(nn.Module):
    """Keys and values that are projected twice, as in DeepSeek-V2, or after an activation."""

    def __init__(self, between: nn.Module) -> None:
        super().__init__()
        self.down, self.between, self.query = nn.Linear(8, 4), between, nn.Linear(8, 8)
        self.key, self.value = nn.Linear(4, 8), nn.Linear(4, 8)

    def forward(self, x: Tensor) -> Tensor:
        latent = self.between(self.down(x))
        read = (self.query(x), self.key(latent), self.value(latent))
        return nn.functional.scaled_dot_product_attention(*(one[:, None] for one in read))


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (Latent(nn.RMSNorm(4)), "self-attention"),
        (Latent(nn.Identity()), "self-attention"),
        (Latent(nn.ReLU()), "cross-attention"),
        (nn.Sequential(nn.Linear(8, 8), Latent(nn.RMSNorm(4))), "self-attention"),
    ],
)
def test_keys_that_are_projected_twice(model: nn.Module, name: str) -> None:
    figure = visualize.draw(model, (2, 6, 8), level="layer")
    assert name in [box.label[0] for box in figure.scene.boxes]
