"""Functions as models: the modules and parameters that they use are theirs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import visualize

SHAPE = (1, 3, 8, 8)


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.fc = nn.Linear(4, 2)

    def features(self, x: Tensor) -> Tensor:
        return self.conv(x).relu()

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.features(x).mean((2, 3)))

    def twice(self, x: Tensor) -> Tensor:
        return self(x) + self(x.flip(-1))


class Pipeline:
    """Not a module, but it has one; its name is also that of a global one."""

    def __init__(self) -> None:
        self.net = Net()

    def predict(self, x: Tensor) -> Tensor:
        return self.net(x).softmax(-1)

    def __call__(self, x: Tensor) -> Tensor:
        return self.predict(x)


net = Net()
kernel = nn.Parameter(torch.zeros(4, 3, 3, 3))


def uses_global(x: Tensor) -> Tensor:
    return net(x).softmax(-1)


def closure(model: nn.Module) -> Callable[..., Tensor]:
    def scaled(x: Tensor, *, scale: float = 2.0) -> Tensor:
        return model(x) * scale

    return scaled


def with_a_kernel(weight: Tensor) -> Callable[..., Tensor]:
    return lambda x: F.conv2d(x, weight)


@pytest.mark.parametrize(
    ("function", "name", "parameters", "layers"),
    [
        pytest.param(uses_global, "uses_global", 122, ["Conv2d", "Linear"], id="global"),
        pytest.param(closure(net), "scaled", 122, ["Conv2d", "Linear"], id="closure"),
        pytest.param(lambda x: net(x), "function", 122, ["Conv2d", "Linear"], id="lambda"),
        pytest.param(net.features, "features", 122, ["Conv2d"], id="method"),
        pytest.param(net.twice, "twice", 122, ["Conv2d", "Linear"] * 2, id="method calls model"),
        pytest.param(Pipeline().predict, "predict", 122, ["Conv2d", "Linear"], id="of an object"),
        pytest.param(Pipeline(), "Pipeline", 122, ["Conv2d", "Linear"], id="object"),
        pytest.param(functools.partial(closure(net), scale=3.0), "scaled", 122,
                     ["Conv2d", "Linear"], id="partial"),
        pytest.param(torch.compile(uses_global), "uses_global", 122, ["Conv2d", "Linear"],
                     id="compiled"),
        pytest.param(with_a_kernel(kernel), "function", 108, [], id="parameter"),
        pytest.param(functools.partial(F.interpolate, scale_factor=2), "interpolate", 0, [],
                     id="of torch"),
        pytest.param(torch.relu, "relu", 0, [], id="of C++"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("tracer", ["auto", "recorded"])
def test_functions_are_drawn(
    function: Any, name: str, parameters: int, layers: list[str], tracer: str
) -> None:
    architecture = visualize.trace(function, SHAPE, tracer=tracer)
    assert architecture.name == name
    assert architecture.parameters == parameters
    assert [one.type for one in architecture.operations if one.module_class] == layers
    assert "output" in architecture.graph
    assert not next(net.parameters()).is_meta  # the replicas are traced


def test_a_function_with_two_inputs() -> None:
    def loss(x: Tensor, y: Tensor) -> Tensor:
        return F.mse_loss(net(x), y)

    architecture = visualize.trace(loss, (SHAPE, (1, 2)))
    assert [one.id for one in architecture.operations if one.type == "input"] == ["x", "y"]
    assert architecture.parameters == 122
