"""Recorded tracing against real runs: what a parameter or input changes is reached by edges.

`tests.tracing.oracle` runs a program on real tensors and asks which parameters and inputs its
result depends on: by changing each of them, and by autograd. The recorded graph must have a path
from these to the output, and from no others.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

import visualize
from tests.tracing.oracle import by_autograd, by_change, reaches_output, run_eagerly
from tests.tracing.programs import BROKEN, PROGRAMS, X, linear
from visualize.tracing.inputs import Inputs

pytestmark = pytest.mark.filterwarnings("ignore")


record = functools.partial(visualize.trace, tracer="recorded")


def _programs(names: Any) -> list[Any]:
    return [
        pytest.param(
            name,
            marks=[pytest.mark.xfail(strict=True, reason=BROKEN[name])] if name in BROKEN else [],
        )
        for name in names
    ]


@pytest.mark.parametrize("name", _programs(PROGRAMS))
def test_the_graph_depends_on_what_a_run_depends_on(name: str):
    entry = PROGRAMS[name]
    torch.manual_seed(1)
    model = entry.kind()
    before = _state(model)
    architecture = record(model, Inputs(entry.args, entry.kwargs), train=entry.train)
    assert _state(model) == before
    given = (model, entry.args, entry.kwargs, entry.train)
    needed = by_change(*given) | by_autograd(*given)
    reached = reaches_output(architecture, model)
    assert reached >= needed
    assert reached <= needed | entry.also
    results = [(tuple(t.shape), str(t.dtype)) for t in run_eagerly(*given)]
    assert [
        (t.shape, f"torch.{t.dtype}") for t in architecture.operation("output").outputs
    ] == results
    total = sum(parameter.numel() for parameter in model.parameters())
    counted = sum(layer.parameters for layer in architecture.operations)
    assert architecture.parameters == counted + architecture.unused_parameters >= total


def _state(model: nn.Module) -> Any:
    tensors = [*model.named_parameters(), *model.named_buffers()]
    return (
        [(name, id(t), t._version, t.tolist(), t.requires_grad, t.grad) for name, t in tensors],
        {path: repr(list(vars(part).items())) for path, part in model.named_modules()},
        [part.training for part in model.modules()],
        [dict(vars(type(part))) for part in model.modules()],
        (random.getstate(), torch.get_rng_state().tolist()),
        (nn.Module.__call__, torch.is_grad_enabled(), torch.empty(0).device),
    )


@st.composite
def _random_programs(draw: Any) -> Any:
    index = st.integers(0, 9)
    step = st.tuples(st.sampled_from(sorted(STEPS)), index, index)
    return draw(st.lists(step, min_size=2, max_size=10)), draw(index)


def _fit(tensor: Tensor, like: Tensor) -> Tensor:
    """As many of the values of ``tensor`` as ``like`` has, in its shape."""
    repeats = -(-like.numel() // tensor.numel())
    return tensor.reshape(-1).repeat(repeats)[: like.numel()].reshape(like.shape)


def _set(tensor: Tensor, index: Any, value: Tensor) -> None:
    tensor[index] = _fit(value, tensor[index])


def _add(tensor: Tensor, index: Any, value: Tensor) -> None:
    tensor[index] += _fit(value, tensor[index])


STEPS: dict[str, Callable[[nn.Module, Tensor, Tensor], Any]] = {
    "first layer": lambda net, a, b: net.first(_fit(a, X)),
    "second layer": lambda net, a, b: net.second(_fit(a, X)),
    "parameter": lambda net, a, b: a * _fit(net.scale, a),
    "add": lambda net, a, b: a + _fit(b, a),
    "add_": lambda net, a, b: a.add_(_fit(b, a)),
    "copy_": lambda net, a, b: a.copy_(_fit(b, a)),
    "zero_": lambda net, a, b: a.zero_(),
    "relu_": lambda net, a, b: net.relu(a),
    "out": lambda net, a, b: torch.mul(_fit(b, a).clone(), 2, out=a),
    "zeros": lambda net, a, b: torch.zeros(3, 4),
    "full": lambda net, a, b: torch.full_like(a, 0.5),
    "row": lambda net, a, b: a[0] if a.dim() else None,
    "columns": lambda net, a, b: a[..., :2] if a.dim() else None,
    "flat": lambda net, a, b: a.reshape(-1),
    "turn": lambda net, a, b: a.transpose(0, -1) if a.dim() else None,
    "chunk": lambda net, a, b: a.chunk(2, -1) if a.dim() else None,
    "unbind": lambda net, a, b: a.unbind(0) if a.dim() else None,
    "clone": lambda net, a, b: a.clone(),
    "detach": lambda net, a, b: a.detach(),
    "sum": lambda net, a, b: a.sum(),
    "set row": lambda net, a, b: _set(a, 0, b) if a.dim() else None,
    "set column": lambda net, a, b: _set(a, (..., 0), b) if a.dim() else None,
    "add to row": lambda net, a, b: _add(a, 0, b) if a.dim() else None,
    "write to buffer": lambda net, a, b: net.held.mul_(0.5).add_(_fit(b, net.held)),
    "read buffer": lambda net, a, b: net.held * 2,
}


class RandomProgram(nn.Module):
    def __init__(self, steps: Any, result: int) -> None:
        super().__init__()
        self.first, self.second, self.relu = linear(), linear(), nn.LeakyReLU(0.3, inplace=True)
        self.scale = nn.Parameter(torch.rand(3, 4))
        self.register_buffer("held", torch.rand(3, 4))
        self.steps, self.result = steps, result

    def forward(self, x, y):
        values = [x, y]
        for name, one, other in self.steps:
            made = STEPS[name](self, values[one % len(values)], values[other % len(values)])
            values.extend([] if made is None else [made] if isinstance(made, Tensor) else made)
        return values[self.result % len(values)]


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(_random_programs())
def test_random_programs_depend_on_what_a_run_depends_on(drawn: Any):
    model = RandomProgram(*drawn)
    args = (X.clone(), X + 1)
    needed = by_change(model, args, {}, False)
    architecture = record(model, list(args))
    assert architecture.notes == ()
    assert reaches_output(architecture, model) >= needed
