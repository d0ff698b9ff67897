"""What tests of sublayers ask: what becomes one box, with both tracers."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import visualize
from visualize.core.choices import Level
from visualize.core.diagram import Box, BoxKind, Diagram
from visualize.simplify import Simplifier


def closed(model: nn.Module, *inputs: Tensor, tracer: str = "auto", expand: str = "") -> Diagram:
    """The diagram of a model at the level sublayer, each copy drawn."""
    exact = visualize.trace(model.eval(), inputs, tracer=tracer)
    return simplified(exact, expand)


def simplified(exact: visualize.Architecture, expand: str = "") -> Diagram:
    """The same of a traced model."""
    from visualize.simplify import Choice

    choice = Choice.of([expand], [], exact.modules) if expand else None
    return Simplifier(exact).to(Level.SUBLAYER, folded=False, choice=choice)


def sublayers(diagram: Diagram) -> list[Box]:
    return [box for box in diagram.boxes if box.kind is BoxKind.SUBLAYER]


def words(diagram: Diagram) -> list[tuple[str, ...]]:
    """The labels of all sublayers, in order."""
    return [tuple(map(str, box.label)) for box in sublayers(diagram)]


def tokens(width: int = 32) -> Tensor:
    return torch.zeros(1, 6, width)
