"""A thread draws from generators of its own, and what it draws is what torch would draw."""

from __future__ import annotations

import random
import threading
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from visualize.core.randomness import (
    Drawing,
    drawing,
    drawing_everything,
    drawn_from,
    own_random_numbers,
    seed_all,
)

X = torch.ones(5, 7)


def seeded(name: str) -> Any:
    if name == "torch":
        torch.manual_seed(3)
        return torch.rand(3)
    if name == "random":
        random.seed(4)
        return random.gauss(0, 1)
    np.random.seed(3)
    return torch.tensor(np.random.permutation(5))


def attention() -> torch.Tensor:
    heads = X[None, None]
    return F.scaled_dot_product_attention(heads, heads, heads, dropout_p=0.5)


DRAWS: dict[str, Callable[[], Any]] = {
    "rand": lambda: torch.rand(3, 4),
    "randn": lambda: torch.randn(40),
    "randint": lambda: torch.randint(9, (5,)),
    "randint from": lambda: torch.randint(2, 9, (5,)),
    "randperm": lambda: torch.randperm(10),
    "rand_like": lambda: torch.rand_like(X),
    "randn_like": lambda: torch.randn_like(X),
    "randint_like": lambda: torch.randint_like(X, 5),
    "randint_like from": lambda: torch.randint_like(X, 2, 9),
    "native_dropout": lambda: torch.native_dropout(X, 0.3, True)[0],
    "dropout": lambda: F.dropout(X, 0.3, True),
    "alpha dropout": lambda: F.feature_alpha_dropout(X, 0.3, True),
    "dropout layer": lambda: nn.Dropout(0.4)(X),
    "normal": lambda: torch.normal(0.0, X),
    "bernoulli": lambda: torch.bernoulli(X * 0.3),
    "exponential": lambda: torch.empty(4).exponential_(),
    "gumbel": lambda: F.gumbel_softmax(X),
    "multinomial": lambda: torch.multinomial(X, 3),
    "poisson": lambda: torch.poisson(X),
    "binomial": lambda: torch.binomial(X * 10, X * 0.3),
    "gamma": lambda: torch.distributions.Gamma(X, X).sample(),
    "dirichlet": lambda: torch.distributions.Dirichlet(X).sample(),
    "rrelu": lambda: F.rrelu(-X, training=True),
    "attention layer": lambda: nn.MultiheadAttention(4, 2, dropout=0.3)(*[torch.ones(3, 2, 4)] * 3),
    "attention": attention,
    "lstm": lambda: nn.LSTM(4, 4, 2, dropout=0.5)(torch.ones(3, 2, 4)),
    "pooling": lambda: nn.FractionalMaxPool2d(2, output_ratio=0.5)(torch.rand(1, 2, 9, 9)),
    "linear": lambda: nn.Linear(3, 4).weight,
    "truncated": lambda: nn.init.trunc_normal_(torch.empty(4, 4)),
    "orthogonal": lambda: nn.init.orthogonal_(torch.empty(4, 4)),
    "sobol": lambda: torch.quasirandom.SobolEngine(2, scramble=True).draw(3),
    "vmap": lambda: torch.vmap(lambda a: a + torch.rand(1), randomness="different")(X),
    "operator": lambda: torch.ops.aten.rand_like.default(X),
    "random": random.random,
    "sample": lambda: random.sample(range(99), 5),
    "shuffled": lambda: np.random.rand(3).tolist(),
    "manual_seed": lambda: seeded("torch"),
    "random.seed": lambda: seeded("random"),
    "numpy.random.seed": lambda: seeded("numpy"),
    "forked": lambda: [torch.rand(2) for _ in range(2)],
}  # fmt: skip


def equal(one: Any, other: Any) -> bool:
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    return all(map(equal, one, other)) if isinstance(one, (tuple, list)) else bool(one == other)


def states() -> list[Any]:
    return [torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()]


@pytest.mark.parametrize("name", DRAWS)
def test_what_is_drawn_is_what_torch_draws(name: str) -> None:
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)
    expected = DRAWS[name]()
    before = states()
    with own_random_numbers(), Drawing():
        draw = random.random if name == "random" else DRAWS[name]
        assert equal(draw(), expected)
        seed_all()
        draw()
    assert equal(states(), before)


def test_a_script_draws_from_this_thread_as_well() -> None:
    script = torch.jit.script(nn.Dropout(0.5))
    before = states()
    with own_random_numbers(), drawing_everything():
        first = script(X)
        seed_all()
        assert torch.equal(script(X), first)
    assert equal(states(), before)


def test_other_threads_draw_from_the_process() -> None:
    torch.manual_seed(5)
    random.seed(5)
    expected = torch.rand(3), random.random(), torch.rand(2)
    torch.manual_seed(5)
    random.seed(5)
    found: list[Any] = []

    def draw() -> None:
        found.extend((torch.rand(3), random.random()))
        assert torch.random.default_generator is torch.default_generator
        state = torch.get_rng_state()
        found.append(torch.rand(2))
        torch.set_rng_state(state)

    with own_random_numbers(), Drawing():
        torch.rand(9)
        random.random()
        thread = threading.Thread(target=draw)
        thread.start()
        thread.join()
    assert equal(found, expected)
    assert type(torch.random) is types.ModuleType
    assert torch.random.default_generator is torch.default_generator


def test_methods_that_were_imported_by_name() -> None:
    imported = random.random
    assert drawn_from(imported) is None
    with own_random_numbers():
        assert drawn_from(imported)() == random.Random(0).random()  # type: ignore[misc]
        assert drawn_from(len) is None


@pytest.mark.parametrize("function", [torch.add, F.relu, F.layer_norm, torch.Tensor.view])
def test_most_functions_are_called_as_they_are(function: Any) -> None:
    with own_random_numbers():
        assert type(drawing(function)) is type(drawing(len))
        assert type(drawing(F.dropout)) is not type(drawing(len))
