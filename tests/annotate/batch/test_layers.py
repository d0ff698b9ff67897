"""Layers that know where their batch is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.followed_batch import Run, Shown, shown, traced


def tokens(length: int, batch: int) -> Tensor:
    return torch.zeros(length, batch, dtype=torch.int64)


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("batch", [1, 4])
def test_recurrent_layers_have_time_first_by_default(
    kind: Callable[..., nn.Module], batch_first: bool, batch: int
) -> None:
    def run(embed: nn.Module, recur: nn.Module, head: nn.Module, x: Tensor) -> Any:
        out, states = recur(embed(x))
        return head(out), states

    recur = kind(24, 32, num_layers=2, batch_first=batch_first)
    model = Run(run, nn.Embedding(50, 24), recur, nn.Linear(32, 50))
    x = tokens(35, batch).t().contiguous() if batch_first else tokens(35, batch)
    architecture = traced(model, x)
    assert shown(architecture, "input") == [(35,)]
    assert shown(architecture, "Embedding") == [(35, 24)]
    assert shown(architecture, "Linear") == [(35, 50)]
    recurrent = next(one for one in architecture.operations if one.type == kind.__name__)
    assert {tensor.shown for tensor in recurrent.outputs[1:]} == {(2, 32)}
    assert architecture.batch == batch


@pytest.mark.parametrize(
    ("model", "shape", "inside"),
    [
        (nn.TransformerEncoderLayer(16, 2, 32), (10, 3, 16), (10, 16)),
        (nn.TransformerEncoderLayer(16, 2, 32, batch_first=True), (3, 10, 16), (10, 16)),
        (nn.Sequential(nn.Linear(8, 8), nn.GRU(8, 8)), (10, 3, 8), (10, 8)),
        (nn.Sequential(nn.Linear(16, 16), nn.Conv1d(3, 3, 1)), (5, 3, 16), (3, 16)),
        (nn.Sequential(nn.Linear(16, 16), nn.BatchNorm1d(16)), (5, 16), (16,)),
    ],
)
def test_the_batch_is_found_before_the_layer_that_knows_it(
    model: nn.Module, shape: tuple[int, ...], inside: Shown
) -> None:
    architecture = traced(model, shape)
    assert shown(architecture, "input") == [inside]
    assert shown(architecture, "Linear")[0][-1] in (8, 16, 32)
    assert all(len(one) == len(inside) for one in shown(architecture, "Linear"))


def test_time_comes_first_in_the_middle_of_a_network() -> None:
    def run(embed: nn.Module, attend: nn.Module, head: nn.Module, x: Tensor) -> Any:
        x = embed(x).flatten(2).permute(2, 0, 1)
        return head(attend(x, x, x)[0].permute(1, 2, 0).mean(2))

    layers = nn.Conv2d(3, 16, 4, 4), nn.MultiheadAttention(16, 2), nn.Linear(16, 5)
    architecture = traced(Run(run, *layers), (2, 3, 16, 16))
    assert shown(architecture, "permute") == [(16, 16), (16, 16)]
    assert shown(architecture, "MultiheadAttention") == [(16, 16)]
    assert shown(architecture, "output") == [(5,)]


def test_packed_sequences_are_sorted_along_the_batch() -> None:
    def run(embed: nn.Module, recur: nn.Module, head: nn.Module, x: Tensor, lengths: Tensor) -> Any:
        packed = nn.utils.rnn.pack_padded_sequence(
            embed(x), lengths, batch_first=True, enforce_sorted=False
        )
        return head(recur(packed)[1][-1])

    layers = nn.Embedding(50, 8), nn.GRU(8, 12, batch_first=True), nn.Linear(12, 3)
    lengths = torch.tensor([9, 4, 3, 2])
    architecture = traced(Run(run, *layers), tokens(4, 9), lengths)
    assert shown(architecture, "input") == [(9,), ()]
    assert shown(architecture, "Embedding") == [(9, 8)]
    assert shown(architecture, "output") == [(3,)]


def test_cells_and_states_have_a_batch() -> None:
    def run(cell: nn.Module, x: Tensor, state: Tensor) -> Any:
        states = []
        for step in x.unbind(0):
            state = cell(step, state)
            states.append(state)
        return torch.stack(states)

    architecture = traced(Run(run, nn.GRUCell(8, 12)), (5, 3, 8), (3, 12))
    assert shown(architecture, "input") == [(5, 8), (12,)]
    assert shown(architecture, "stack") == [(5, 12)]


class Modulated(nn.Module):
    """A convolution with kernels computed for each sample, whose batch is part of the channels."""

    def __init__(self, out: int) -> None:
        super().__init__()
        self.kernels = nn.Parameter(torch.ones(1, out, 4, 3, 3))
        self.style = nn.Linear(6, 4)

    def forward(self, x: Tensor, z: Tensor) -> Tensor:
        batch, channels, *places = (x.size(axis) for axis in range(4))
        kernels = self.kernels * self.style(z)[:, None, :, None, None]
        kernels = kernels.reshape(-1, channels, 3, 3)
        made = nn.functional.conv2d(x.reshape(1, -1, *places), kernels, padding=1, groups=batch)
        return made.reshape(batch, -1, *places)


class Styled(nn.Module):
    """Two modulated convolutions, the first of which reads a learned constant."""

    def __init__(self) -> None:
        super().__init__()
        self.begin = nn.Parameter(torch.ones(1, 4, 8, 8))
        self.one, self.two, self.end = Modulated(4), Modulated(5), nn.Conv2d(5, 3, 1)

    def forward(self, z: Tensor) -> Tensor:
        x = self.one(self.begin.expand(len(z), -1, -1, -1), z).relu()
        return self.end(self.two(x, z))


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
@pytest.mark.parametrize("batch", [1, 2, 5])
def test_kernels_of_each_sample(batch: int, tracer: str) -> None:
    """A convolution for all samples at once is one of each sample's own channels."""
    model = Styled() if tracer == "recorded" else Modulated(5)
    inputs = (batch, 6) if tracer == "recorded" else [(batch, 4, 8, 8), (batch, 6)]
    architecture = visualize.trace(model, inputs, tracer=tracer)
    convolutions = [one for one in architecture.operations if one.type == "conv2d"]
    channels = [4, 5] if tracer == "recorded" else [5]
    assert [one.outputs[0].shown for one in convolutions] == [(n, 8, 8) for n in channels]
    weights = [one.weight for one in convolutions if one.weight]
    assert [(one.outputs, one.groups, one.shape) for one in weights] == [
        (n, 1, (n, 4, 3, 3)) for n in channels
    ]
    assert architecture.batch == batch
    assert architecture.macs % batch == 0
