"""Functions with a backward of their own are one operation, named after their class."""

from __future__ import annotations

from typing import Any

import pytest
from torch import Tensor, nn
from torch.autograd import Function
from torch.utils.checkpoint import checkpoint

import visualize


class ReverseGradient(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.clone()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return -gradient


class Round(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, scale: float) -> Tensor:
        return (x * scale).round() / scale

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return gradient, None


class Product(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        return x @ y.mT, x - y

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        return gradients[1], gradients[1]


class Runs(Function):
    @staticmethod
    def forward(ctx: Any, module: nn.Module, x: Tensor) -> Tensor:
        result: Tensor = module(x)
        return result

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[None, Tensor]:
        return None, gradient


class Net(nn.Module):
    def __init__(self, way: str) -> None:
        super().__init__()
        self.a, self.b, self.way = nn.Linear(8, 8), nn.Linear(8, 8), way

    def forward(self, x: Tensor) -> Tensor:
        x = self.a(x)
        if self.way == "reverse":
            x = ReverseGradient.apply(x)
        elif self.way == "round":
            x = Round.apply(x, 4.0)
        elif self.way == "product":
            x = Product.apply(x, x + 1)[0]
        elif self.way == "runs":
            return Runs.apply(self.b, x)
        elif self.way == "checkpoint":
            return checkpoint(self.b, x, use_reentrant=True)
        result: Tensor = self.b(x)
        return result


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
@pytest.mark.parametrize(
    ("way", "name", "macs"),
    [("reverse", "ReverseGradient", 2 * 512), ("round", "Round", 2 * 512),
     ("product", "Product", 3 * 512)],
)  # fmt: skip
def test_a_function_is_one_operation(way: str, name: str, macs: int, tracer: str) -> None:
    before = Function.__dict__["apply"]
    architecture = visualize.trace(Net(way), (8, 8), tracer=tracer)
    assert Function.__dict__["apply"] is before
    assert [one.type for one in architecture.operations].count(name) == 1
    assert architecture.macs == macs
    labels = [box.label[0] for box in visualize.draw(architecture, level="layer").scene.boxes]
    assert name in labels


@pytest.mark.parametrize("way", ["runs", "checkpoint"])
def test_a_function_that_runs_modules_shows_them(way: str) -> None:
    architecture = visualize.trace(Net(way), (8, 8), tracer="recorded")
    assert [one.path for one in architecture.operations if one.type == "Linear"] == ["a", "b"]
    assert architecture.unused_parameters == 0
