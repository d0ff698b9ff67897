"""What a model's code writes beyond the model is put back; what others write is not."""

from __future__ import annotations

import functools
import random
from random import random as draw
from typing import Any

import torch
from torch import nn

import visualize
from visualize.core.randomness import own_random_numbers
from visualize.tracing.own_code import names_kept

STEPS = 0  # counted by a loop that the model's code does not reach
SEEN: list[str] = []
COUNT = 0
CACHE: dict[int, int] = {}
NOISE = torch.Generator().manual_seed(1)
BYTES = bytearray(b"abc")


def count() -> None:
    global COUNT
    COUNT += 1
    CACHE[1] = 2


def step() -> None:
    """What a loop does that trains beside a trace."""
    global STEPS
    STEPS += 1
    SEEN.append("step")


@functools.lru_cache
def table(size: int) -> torch.Tensor:
    return torch.ones(size)


class Base(nn.Module):
    made = 0
    kept: list[int] = []  # noqa: RUF012


class Net(Base):
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        LOOP[0]()  # by an object that is no function of the model
        return self.helper(x)

    def helper(self, x: torch.Tensor) -> torch.Tensor:
        count()
        type(self).made += 1
        self.kept.append(1)
        setattr(type(self), "late", 1)  # noqa: B010
        BYTES.pop()
        torch.rand(1, generator=NOISE)
        return self.a(x) + table(4) * draw()


LOOP: list[Any] = [lambda: None]


def test_what_the_code_of_the_model_writes_is_put_back() -> None:
    noise, numbers = NOISE.get_state(), random.getstate()
    table.cache_clear()
    visualize.trace(Net(), (2, 4), tracer="recorded")
    assert (COUNT, CACHE, Net.made, Net.kept, BYTES) == (0, {}, 0, [], bytearray(b"abc"))
    assert not hasattr(Net, "late")
    assert torch.equal(NOISE.get_state(), noise)
    assert random.getstate() == numbers
    assert table.cache_info().currsize == 0
    assert table(4).device.type == "cpu"


def test_what_others_write_stays() -> None:
    before = STEPS
    with names_kept(Net()):
        step()
        step()
        count()
        Net.made = 7
    assert (STEPS, SEEN[-2:]) == (before + 2, ["step", "step"])
    assert (COUNT, Net.made) == (0, 0)


def test_functions_that_were_imported_by_name_draw_from_this_thread() -> None:
    with own_random_numbers(), names_kept(Net()):
        assert draw() == random.Random(0).random()
