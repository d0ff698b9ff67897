"""What tests of single layers share: a module that computes a function of its parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

import visualize
from visualize.core.architecture import Architecture, Operation


class Function(nn.Module):
    """A function of a module and its input, with parameters of the given shapes."""

    def __init__(
        self, function: Callable[[Any, Tensor], Tensor], **shapes: tuple[int, ...]
    ) -> None:
        super().__init__()
        self.function = function
        for name, shape in shapes.items():
            self.register_parameter(name, nn.Parameter(torch.rand(shape)))

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self, x)


def weighted(exact: Architecture) -> list[Operation]:
    """The operations on data that work with a weight."""
    return [one for one in exact.operations if one.weight and exact.data_sources(one.id)]


def labels(model: nn.Module, shape: Any, level: str = "layer", **options: Any) -> list[list[str]]:
    """The labels of the boxes of a figure, those of inputs and outputs left out."""
    figure = visualize.draw(model, shape, level=level, **options)
    assert not figure.check()
    return [list(box.label) for box in figure.scene.boxes if box.role not in ("input", "output")]
