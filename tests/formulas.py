"""What tests ask of models whose formulas become one box."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

import visualize
from visualize.core.architecture import Architecture
from visualize.core.choices import Level
from visualize.core.diagram import Diagram
from visualize.simplify import simplify


def types(model: nn.Module, level: Level = Level.LAYER) -> list[str]:
    architecture = visualize.trace(model, (1, 6, 8))
    simplified = simplify(architecture, level)
    assert_whole(architecture, simplified)
    return [box.type for box in simplified.boxes if not box.kind.is_end]


def assert_whole(exact: Architecture, simplified: Diagram) -> None:
    members = [member for box in simplified.boxes for member in box.members]
    assert sorted(members) == sorted(exact.graph)
    used = exact.parameters - exact.unused_parameters
    assert sum(box.parameters for box in simplified.boxes) == used


class Formula(nn.Module):
    """A linear layer, and a function of what it returns."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.linear = nn.Linear(8, 8)
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(self.linear(x))


def first_lines(model: nn.Module, *shape: int) -> list[str]:
    """What the boxes say at the level layer, but for the ends; nothing may be lost."""
    architecture = visualize.trace(model, shape or (1, 6, 8))
    assert_whole(architecture, simplify(architecture, Level.LAYER))
    boxes = visualize.draw(architecture, level="layer").scene.boxes
    return [" · ".join(box.label) for box in boxes if box.role not in ("input", "output")]
