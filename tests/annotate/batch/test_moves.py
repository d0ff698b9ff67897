"""The batch is followed wherever its axis goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.followed_batch import Run, Shown, shown, traced


def windows(x: Tensor) -> Tensor:
    x = x.reshape(x.shape[0], 2, 4, 2, 4, 3).permute(0, 1, 3, 2, 4, 5)
    return x.reshape(-1, 16, 3)


def unwindowed(x: Tensor) -> Tensor:
    x = x.reshape(-1, 2, 2, 4, 4, 3).permute(0, 1, 3, 2, 4, 5)
    return x.reshape(-1, 8, 8, 3)


MOVES: dict[str, tuple[Callable[[Tensor], Tensor], Shown, Shown]] = {
    "windows": (windows, (8, 8, 3), (4, 16, 3)),
    "windows and back": (lambda x: unwindowed(windows(x)), (8, 8, 3), (8, 8, 3)),
    "frames": (lambda x: x.flatten(0, 1), (8, 3, 4), (8, 3, 4)),
    "heads": (lambda x: x.reshape(x.shape[0], 5, 2, 4).transpose(1, 2), (5, 8), (2, 5, 4)),
    "heads in the batch": (
        lambda x: x.transpose(0, 1).reshape(5, -1, 4).transpose(0, 1),
        (5, 8),
        (2, 5, 4),
    ),
    "last": (lambda x: x.movedim(0, -1), (5, 8), (5, 8)),
    "reversed": (lambda x: x.T, (8,), (8,)),
    "guidance": (lambda x: torch.cat([x, x * 2]).chunk(2)[1], (8,), (8,)),
    "twice": (lambda x: torch.cat([x, x * 2]), (8,), (2, 8)),
    "repeated": (lambda x: x.repeat_interleave(3, 0), (8,), (3, 8)),
    "einsum": (lambda x: torch.einsum("bij,bkj->ikb", x, x), (5, 8), (5, 5)),
    "product": (lambda x: x @ x.transpose(1, 2), (5, 8), (5, 5)),
    "best": (lambda x: x.max(1).values, (5, 8), (8,)),
    "all": (lambda x: x.mean(), (5, 8), ()),
    "similarity": (lambda x: x @ x.T, (8,), ()),
}


@pytest.mark.parametrize("batch", [1, 2, 6])
@pytest.mark.parametrize("name", MOVES)
def test_the_batch_is_followed(name: str, batch: int) -> None:
    move, given, wanted = MOVES[name]
    model = Run(lambda norm, x: move(norm(x)), nn.LayerNorm(given[-1]))
    architecture = traced(model, (batch, *given))
    if name == "similarity":  # with every sample of the batch
        wanted = (batch,)
    assert shown(architecture, "input") == [given]
    assert shown(architecture, "output") == [wanted]


@torch.fx.wrap
def squeeze(x: Tensor, rank: int) -> tuple[Tensor, int]:
    """Another function with a name of torch's: it returns a tensor and a number."""
    return x.flatten(0, 1).tanh(), rank


def test_other_functions_may_have_the_same_name() -> None:
    def run(layer: nn.Module, x: Tensor) -> Any:
        return layer(squeeze(layer(x)[:, None], 3)[0])

    architecture = traced(Run(run, nn.Linear(8, 8)), (3, 8))
    assert shown(architecture, "squeeze") == [(8,)]
    assert shown(architecture, "output") == [(8,)]


def test_a_written_slice_is_part_of_the_batch() -> None:
    def run(layer: nn.Module, x: Tensor) -> Any:
        out = torch.zeros(x.shape[0], 4, 8)
        for step in range(4):
            out[:, step] = layer(x)
        return out

    architecture = visualize.trace(Run(run, nn.Linear(8, 8)), (3, 8), tracer="recorded")
    assert shown(architecture, "output") == [(4, 8)]
