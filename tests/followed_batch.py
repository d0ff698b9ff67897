"""Small nets, and what is shown of their tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

import visualize
from visualize.core.architecture import Architecture

Shown = tuple[int, ...]


class Run(nn.Module):
    """Layers, and what ``forward`` does with them."""

    def __init__(self, run: Callable[..., Any], *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.run = run

    def forward(self, *inputs: Tensor) -> Any:
        return self.run(*self.layers, *inputs)


def shown(architecture: Architecture, kind: str) -> list[Shown]:
    """What is shown of the first result of each operation of a kind, or of each input."""
    return [
        tensor.shown
        for one in architecture.operations
        if kind in (one.type, one.kind.value)
        for tensor in one.outputs[:1]
    ]


def traced(model: nn.Module, *inputs: Any) -> Architecture:
    return visualize.trace(model, inputs)
