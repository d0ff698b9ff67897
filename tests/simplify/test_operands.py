"""What operations combine with data, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import visualize
from tests.formulas import first_lines
from visualize.core.phrases import phrase
from visualize.simplify.operands import parameter_name


class Net(nn.Module):
    """A linear layer, and a function of what it returns."""

    def __init__(self, function: Callable[[Any, Tensor], Tensor]) -> None:
        super().__init__()
        self.linear = nn.Linear(8, 8)
        self.function = function
        self.pos_embedding = nn.Parameter(torch.zeros(6, 8))
        self.register_buffer("table", torch.zeros(6, 8))
        self.steps = nn.Embedding(6, 8)
        self.weight = nn.Parameter(torch.zeros(8))

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self, self.linear(x))


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda m, h: h + m.pos_embedding, "+ pos embedding"),
        (lambda m, h: m.pos_embedding[None, : h.shape[1]].to(h) + h, "+ pos embedding"),
        (lambda m, h: h * torch.exp(m.pos_embedding), "× exp(pos embedding)"),
        (lambda m, h: h + m.steps(torch.arange(6)), "+ steps"),
        (lambda m, h: h + m.table, "+ table"),
        (lambda m, h: h * m.weight, "× weight"),
        (lambda m, h: h + m.pos_embedding[torch.arange(6).flip(0)], "+ pos embedding"),
        (lambda m, h: torch.cat([h, torch.zeros_like(h)], -1), "‖ zeros"),
        (lambda m, h: torch.cat([h, h.new_ones(1, 6, 2)], dim=-1), "‖ ones"),
        (lambda m, h: h + torch.sin(torch.arange(8) * 0.5), "+ constant"),
        (lambda m, h: h + torch.arange(8), "+ constant"),
        (lambda m, h: h * (m.weight.relu() / (m.weight.sum() + 1)), "× f(weight)"),
        (lambda m, h: h + m.table.pow(2).sum(0), "+ f(table)"),
        (lambda m, h: h * (torch.exp(-3 * m.table[:, :1]) * m.table + 1), "× f(table)"),
        (lambda m, h: h * (m.weight * m.pos_embedding), "× constant"),
        (lambda m, h: h * 0.5, "× 0.5"),
        (lambda m, h: 3 + h, "+ 3"),
    ],
)
def test_operands(function: Callable[[Any, Tensor], Tensor], words: str) -> None:
    linear = first_lines(Net(function))[0]
    assert linear.startswith(f"Linear, 8 → 8 · {words}")


@pytest.mark.parametrize(
    "function",
    [
        lambda m, h: torch.cat([h], dim=-1),
        lambda m, h: torch.cat([h[..., :4], h[..., 4:]], dim=-1),
        lambda m, h: h[:, torch.arange(6)],
        lambda m, h: h[:, m.table[0, :6].long()],
        lambda m, h: torch.where(m.table > 0, h, torch.zeros(8)),
        lambda m, h: h.masked_fill(m.table > 0, -1.0),
    ],
    ids=["one tensor", "pieces", "index", "index by buffer", "where", "masked fill"],
)
def test_options_and_indices_are_not_combined_with_data(
    function: Callable[[Any, Tensor], Tensor],
) -> None:
    text = " ".join(first_lines(Net(function)))
    assert "table" not in text
    assert not any(sign in text for sign in ("+ ", "× ", "‖ -", "‖ 1"))


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("pos_embed", "pos embed"),
        ("encoder.cls_token", "cls token"),
        ("decoder.query.weight", "query"),
        ("weight", "learned token"),
        ("_tensor_constant3", "constant"),
    ],
)
def test_names_of_parameters(path: str, words: str) -> None:
    assert str(parameter_name(path, phrase("learned token"))) == words


def written(m: Net, h: Tensor) -> Tensor:
    steps = torch.zeros_like(h)
    steps.add_(2)
    return h + steps


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda m, h: h + torch.zeros_like(h), ""),
        (lambda m, h: h.new_ones(8) * h, ""),
        (lambda m, h: h - h.new_zeros(6, 8).unsqueeze(0), ""),
        (lambda m, h: torch.zeros_like(h) - h, "subtract"),
        (lambda m, h: h * torch.zeros_like(h), "× zeros"),
        (lambda m, h: h + h.new_zeros(3, 1, 6, 8), "+ zeros"),
        (written, "+ constant"),
    ],
)
def test_adding_zeros_does_nothing(
    function: Callable[[Any, Tensor], Tensor], words: str, tracer: str
) -> None:
    net = nn.Sequential(Net(function), nn.Linear(8, 8))
    figure = visualize.draw(net, (1, 6, 8), tracer=tracer, level="layer")
    shown = " · ".join(line for box in figure.scene.boxes[1:-2] for line in box.label)
    assert words in shown if words else shown == "Linear, 8 → 8 · 72 params"


@pytest.mark.parametrize("level", ["layer", "op"])
@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda m, h: F.gumbel_softmax(h, hard=True), "Gumbel softmax · noise"),
        (lambda m, h: torch.bernoulli(h), "bernoulli · noise"),
        (lambda m, h: torch.normal(h, 1.0), "normal · noise"),
        (lambda m, h: h[:, torch.randperm(6)], "select · noise"),
        (lambda m, h: torch.index_select(h, 1, torch.randint(0, 6, (4,))), "index select · noise"),
    ],
)
def test_random_operations_say_so(
    function: Callable[[Any, Tensor], Tensor], words: str, level: str
) -> None:
    figure = visualize.draw(nn.Sequential(Net(function), nn.Linear(8, 8)), (1, 6, 8), level=level)
    assert words in [" · ".join(box.label) for box in figure.scene.boxes]


class Named(nn.Module):
    """Layers, each with a gain of a list, or the two with gains that have names of their own."""

    def __init__(self, *, listed: bool) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(8, 8) for _ in range(2 + 2 * listed))
        self.gains = nn.ParameterList(torch.rand(8) for _ in range(4)) if listed else None
        if not listed:
            self.first, self.second = (nn.Parameter(torch.rand(8)) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        gains = self.gains or (self.first, self.second)
        for layer, gain in zip(self.layers, gains):
            x = layer(x).relu() * gain
        return x


class Side(Named):
    """The same side by side."""

    def forward(self, x: Tensor) -> Tensor:
        one, other = self.layers
        return one(x) * self.first + other(x) * self.second


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (Named(listed=True), ["× gains"]),
        (Named(listed=False), ["× first", "× second"]),
        (Side(listed=False), ["× first", "× second"]),
    ],
)
def test_a_name_is_that_of_every_copy(model: nn.Module, words: list[str]) -> None:
    figure = visualize.draw(model, (1, 8), level="layer")
    parts = [part for box in figure.scene.boxes for line in box.label for part in line.split(" · ")]
    assert [part for part in parts if part.startswith("×")] == words
    assert not figure.check()
