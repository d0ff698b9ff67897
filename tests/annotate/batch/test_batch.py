"""The batch is followed from the inputs: what is shown of a tensor is one sample of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.followed_batch import Run, shown, traced
from visualize.core.architecture import NodeKind


@pytest.mark.parametrize(
    ("model", "inputs"),
    [
        (nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.MaxPool2d(2)), [(3, 8, 8)]),
        (nn.Sequential(nn.Linear(16, 8), nn.ReLU()), [(16,)]),
        (Run(lambda recur, x: recur(x)[0], nn.LSTM(8, 12)), [(5, 8)]),
        (Run(lambda cell, x: cell(x), nn.GRUCell(8, 12)), [(8,)]),
        (Run(lambda layer, x, edges: layer(x)[edges[0]], nn.Linear(16, 8)), [(10, 16), (2, 40)]),
        (Run(lambda layer, x, near: near @ (near @ layer(x)), nn.Linear(16, 8)), [(9, 16), (9, 9)]),
        (
            Run(
                lambda q, k, v, x: (q(x) @ k(x).T).softmax(-1) @ v(x),
                *(nn.Linear(16, 8) for _ in range(3)),
            ),
            [(9, 16)],
        ),
    ],
)
def test_without_a_batch_all_sizes_are_shown(
    model: nn.Module, inputs: list[tuple[int, ...]]
) -> None:
    def tensor(shape: tuple[int, ...]) -> Tensor:
        whole = shape == (2, 40)
        return torch.zeros(shape, dtype=torch.int64 if whole else torch.float32)

    architecture = traced(model, *map(tensor, inputs))
    assert shown(architecture, "input") == inputs
    for one in architecture.operations:
        assert all(tensor.shown == tensor.shape for tensor in one.outputs)


def test_a_mean_over_the_batch_has_none() -> None:
    run = lambda conv, last, x: last(conv(x).mean(0))  # noqa: E731
    architecture = traced(Run(run, nn.Conv2d(3, 3, 1), nn.Conv2d(3, 4, 1)), (3, 3, 8, 8))
    assert shown(architecture, "input") == [(3, 8, 8)]
    assert shown(architecture, "mean") == [(3, 8, 8)]
    assert shown(architecture, "Conv2d") == [(3, 8, 8), (4, 8, 8)]


def test_a_batch_of_one_that_is_dropped_and_put_back() -> None:
    def run(first: nn.Module, last: nn.Module, x: Tensor) -> Any:
        return last(first(x)[0])[None]

    architecture = traced(Run(run, nn.Linear(32, 64), nn.Linear(64, 32)), (1, 16, 32))
    assert shown(architecture, "getitem") == [(16, 64), (16, 32)]
    assert shown(architecture, "output") == [(16, 32)]


def test_an_image_becomes_a_batch_of_one() -> None:
    run = lambda conv, x: conv(x.unsqueeze(0)).squeeze(0)  # noqa: E731
    architecture = traced(Run(run, nn.Conv2d(3, 8, 3)), (3, 8, 8))
    assert shown(architecture, "input") == [(3, 8, 8)]
    assert shown(architecture, "Conv2d") == [(8, 6, 6)]
    assert shown(architecture, "squeeze") == [(8, 6, 6)]


def test_several_inputs() -> None:
    """A time for each image, and a table that is the same for all."""

    def run(conv: nn.Module, mix: nn.Module, x: Tensor, t: Tensor, table: Tensor) -> Any:
        return conv(x) + mix(table).mean() + t[:, None, None, None]

    model = Run(run, nn.Conv2d(3, 8, 1), nn.Linear(6, 6))
    assert shown(traced(model, (4, 3, 8, 8), (4,), (7, 6)), "input") == [(3, 8, 8), (), (7, 6)]


def test_layers_that_say_nothing_have_the_batch_first() -> None:
    mlp = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))
    architecture = traced(mlp, (32, 8))
    assert shown(architecture, "Linear") == [(16,), (4,)]
    assert architecture.batch == 32


def test_shapes_in_documents_are_whole() -> None:
    architecture = traced(nn.Conv2d(3, 8, 1), (2, 3, 4, 4))
    (conv,) = (one for one in architecture.operations if one.kind is NodeKind.MODULE)
    assert conv.outputs[0].shape == (2, 8, 4, 4)
    assert [wire.tensor.shape for *_, wire in architecture.inputs(conv.id) if wire.tensor] == [
        (2, 3, 4, 4)
    ]


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
@pytest.mark.parametrize(
    "copied",
    [
        lambda token, batch: token.expand(batch, -1, -1),
        lambda token, batch: token.repeat(batch, 1, 1),
        lambda token, batch: token.tile((batch, 1, 1)),
        lambda token, batch: token.repeat_interleave(batch, 0),
        lambda token, batch: token[0].repeat(batch, 1).view(batch, 6, 8),
    ],
)
def test_learned_tokens_that_are_copied_for_each_sample_have_the_batch(
    copied: Callable[[Tensor, int], Tensor], tracer: str
) -> None:
    class Queries(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.token = nn.Parameter(torch.zeros(1, 6, 8))
            self.first, self.last = nn.Linear(8, 12), nn.Linear(12, 8)

        def forward(self, x: Tensor) -> Tensor:
            queries = self.last(self.first(copied(self.token, x.shape[0])))
            return (queries @ x.transpose(1, 2)).softmax(-1) @ x

    architecture = visualize.trace(Queries(), (2, 5, 8), tracer=tracer)
    assert shown(architecture, "Linear") == [(6, 12), (6, 8)]
    assert shown(architecture, "constant") == [(1, 6, 8)]


def test_a_table_that_is_copied_for_other_reasons_has_no_batch() -> None:
    class Table(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Parameter(torch.zeros(1, 8))

        def forward(self, x: Tensor) -> Tensor:
            return x + self.table.repeat(2, 1).repeat(2, 1)

    architecture = visualize.trace(Table(), (2, 4, 8))
    assert shown(architecture, "repeat") == [(2, 8), (4, 8)]
    assert shown(architecture, "output") == [(4, 8)]
