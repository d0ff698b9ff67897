"""Tracing leaves the model as it is, whether it works or fails."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules import module as module_globals

import visualize
from tests.tracing.nets import (
    IMAGE,
    Block,
    Branching,
    Busy,
    Raising,
)
from visualize.core.errors import (
    ForwardError,
    InputError,
    ShapeError,
    VisualizeError,
)


def _prepare(kind: type[Busy]) -> tuple[Busy, list[str]]:
    """A model in the middle of its training, and the list that its hooks write to."""
    model = kind()
    model.train()
    model.drop.eval()
    model.conv.requires_grad_(False)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.grad = torch.ones_like(parameter)
    called: list[str] = []

    def hook(*_: Any) -> None:
        called.append("hook")

    for module in (model, model.conv, model.first):
        module.register_forward_pre_hook(hook)
        module.register_forward_hook(hook)
        module.register_forward_hook(hook, with_kwargs=True, always_call=True)
        module.register_full_backward_pre_hook(hook)
        module.register_full_backward_hook(hook)
    return model, called


def _state(model: nn.Module) -> dict[str, Any]:
    """All that tracing could change, in a form that can be compared."""
    tensors = {
        **dict(model.named_parameters(remove_duplicate=False)),
        **dict(model.named_buffers()),
    }
    modules = dict(model.named_modules())
    return {
        "values": {name: tensor.detach().numpy().tobytes() for name, tensor in tensors.items()},
        "tensors": {name: (id(tensor), tensor._version) for name, tensor in tensors.items()},
        "trainable": {name: tensor.requires_grad for name, tensor in tensors.items()},
        "gradients": {name: (id(t.grad), str(t.grad)) for name, t in tensors.items()},
        "training": {path: module.training for path, module in modules.items()},
        "attributes": {
            path: {name: repr(value) for name, value in vars(module).items()}
            for path, module in modules.items()
        },
        "hooks": {
            (path, name): list(value.items())
            for path, module in modules.items()
            for name, value in vars(module).items()
            if "_hooks" in name
        },
        "random": (random.getstate(), torch.get_rng_state().tolist()),
        "torch": (torch.is_grad_enabled(), str(torch.empty(0).device), nn.Module.__call__),
    }


def _changes(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


def test_the_comparison_sees_what_a_plain_run_changes():
    model, called = _prepare(Busy)
    before = _state(model)
    model(torch.rand(IMAGE, requires_grad=True)).sum().backward()
    changed = {"values", "tensors", "gradients", "attributes", "random"}
    assert _changes(before, _state(model)) == changed
    assert called


@pytest.mark.parametrize("kind", [Busy, Branching])
@pytest.mark.parametrize("work", [visualize.trace, visualize.draw])
def test_the_model_is_unchanged(work: Callable[..., Any], kind: type[Busy]):
    model, called = _prepare(kind)
    before = _state(model)
    work(model, IMAGE)
    assert _changes(before, _state(model)) == set()
    assert called == []


@pytest.mark.parametrize("work", [visualize.trace, visualize.draw])
@pytest.mark.parametrize(
    ("kind", "inputs", "error"),
    [
        pytest.param(Raising, IMAGE, ForwardError, id="exception"),
        pytest.param(Busy, (1, 4, 8, 8), ShapeError, id="wrong shape"),
        pytest.param(Busy, [IMAGE, IMAGE], InputError, id="one input too many"),
    ],
)
def test_the_model_is_unchanged_when_tracing_fails(
    work: Callable[..., Any], kind: type[Busy], inputs: Any, error: type[VisualizeError]
):
    model, called = _prepare(kind)
    before = _state(model)
    with pytest.raises(error):
        work(model, inputs)
    assert _changes(before, _state(model)) == set()
    assert called == []


def test_the_example_tensor_is_unchanged():
    class InPlace(nn.Module):
        def forward(self, x):
            return x.add_(1)

    example = torch.zeros(2, 3)
    visualize.trace(InPlace(), example)
    assert example.tolist() == [[0.0] * 3] * 2


def test_tracing_twice_gives_the_same():
    model, _ = _prepare(Busy)
    one, other = (visualize.trace(model, IMAGE) for _ in range(2))
    assert list(one.operations) == list(other.operations)
    assert list(one.wires) == list(other.wires)


def test_global_hooks_are_not_called():
    called: list[str] = []
    handle = module_globals.register_module_forward_hook(lambda *_: called.append("hook"))
    try:
        visualize.trace(Block(), IMAGE)
    finally:
        handle.remove()
    assert called == []


class Remembering(nn.Module):
    def __init__(self):
        super().__init__()
        self.history: deque[Tensor] = deque()

    def forward(self, x):
        self.history.append(x)
        return x + 1


def test_objects_that_forward_changes_are_unchanged():
    model = Remembering()
    visualize.trace(model, IMAGE)
    assert len(model.history) == 0
