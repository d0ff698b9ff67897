"""Calls are watched in the modules of one model alone."""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_hook

from visualize.core.torch_internals import module_tables
from visualize.core.torch_threads import call_module, own_call
from visualize.tracing.module_calls import module_calls
from visualize.tracing.replica import copies_of, replicate

X = torch.ones(2, 3)


def test_calls_of_the_modules_of_a_model() -> None:
    model, other, called = nn.Sequential(nn.ReLU(), nn.Linear(3, 3)), nn.ReLU(), []

    def call(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
        called.append(module)
        return call_module(module, *args, **kwargs)

    tables = [module_tables(module)[0] for module in model.modules()]
    with module_calls(model, call):
        model(X)
        other(X)
        assert own_call(copy.deepcopy(model)[1]) is None
        assert own_call(other) is None
    assert called == [model, model[0], model[1]]
    model(X)
    assert len(called) == 3
    assert all(a is module_tables(b)[0] for a, b in zip(tables, model.modules()))


def test_modules_that_the_run_adds_are_watched() -> None:
    class Grows(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if not hasattr(self, "late"):
                self.late = nn.Sequential(nn.ReLU())
            return self.late(x)

    model, called = Grows(), []

    def call(module: nn.Module, *args: Any) -> Any:
        called.append(type(module).__name__)
        return call_module(module, *args)

    with module_calls(model, call):
        model(X)
    assert called == ["Grows", "Sequential", "ReLU"]
    assert list(dict(model.named_children())) == ["late"]
    assert own_call(model.late) is None
    assert type(vars(model)["_modules"]) is type(vars(nn.ReLU())["_modules"])


def test_parameters_are_read_as_something_else() -> None:
    model = nn.Linear(3, 3)
    with module_calls(model, read=lambda name, _: name):
        assert (model.weight, model.bias) == ("weight", "bias")
        assert isinstance(dict(model.named_parameters())["weight"], nn.Parameter)
        model.scale = nn.Parameter(torch.ones(1))
        assert copy.deepcopy(model).weight.shape == (3, 3)
    assert model.weight.shape == (3, 3)
    assert list(dict(model.named_parameters())) == ["weight", "bias", "scale"]


def test_hooks_for_all_modules_are_left_out_and_its_own_are_not() -> None:
    seen: list[str] = []
    model = nn.ReLU()
    model.register_forward_hook(lambda *_: seen.append("own"))
    handle = register_module_forward_hook(lambda *_: seen.append("all"))
    with module_calls(model):
        model(X)
    handle.remove()
    assert seen == ["own"]


def test_copies_that_a_replica_does_not_register() -> None:
    hidden = nn.ReLU()
    model = nn.Sequential(nn.Linear(3, 3))
    model.hidden = (lambda: hidden,)  # type: ignore[assignment]
    replica = replicate(model)
    assert sorted(type(each).__name__ for each in copies_of(replica)) == [
        "Linear", "ReLU", "Sequential",
    ]  # fmt: skip
    assert copies_of(model) == []
