"""What a folded loop begins with is on the box that reads it, or has an arrow."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import visualize
from visualize.figure import Figure


class Feedback(nn.Module):
    """The result is joined with one input again and again."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.step, self.head = nn.Linear(6, 16), nn.Linear(32, 16), nn.Linear(16, 3)

    def forward(self, x: Tensor) -> Tensor:
        u = self.embed(x)
        h = torch.zeros_like(u)
        for _ in range(12):
            h = self.step(torch.cat([h, u], -1)).tanh()
        return self.head(h)


class Steps(nn.Module):
    """A recurrence over time that joins or adds, from zeros, ones or what is learned."""

    def __init__(self, how: str, start: str = "zeros") -> None:
        super().__init__()
        self.how, self.start = how, start
        self.first = nn.Parameter(torch.rand(1, 16)) if start == "learned" else None
        self.read = nn.Linear(22 if how == "join" else 6, 16)
        self.again = nn.Linear(16, 16) if how == "add" else None

    def state(self, x: Tensor) -> Tensor:
        if self.first is not None:
            return self.first.expand(len(x), -1)
        return x.new_zeros(len(x), 16) if self.start == "zeros" else x.new_ones(len(x), 16)

    def forward(self, x: Tensor) -> Tensor:
        h = self.state(x)
        for time in range(x.shape[1]):
            now = x[:, time]
            if self.again is None:
                h = self.read(torch.cat([now, h], -1)).tanh()
            else:
                h = (self.read(now) + self.again(h)).tanh()
        return h


class Equilibrium(nn.Module):
    """The same two convolutions until the map no longer changes."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Conv2d(3, 8, 3, padding=1)
        self.up, self.down = (nn.Conv2d(8, 8, 3, padding=1) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        u = self.embed(x)
        z = torch.zeros_like(u)
        for _ in range(6):
            z = F.relu(self.down(self.up(z).sigmoid()) + u)
        return z


def drawn(model: nn.Module, shape: Any) -> Figure:
    figure = visualize.draw(model, shape, level="layer")
    assert not figure.check()
    assert any(group.label.endswith("shared") for group in figure.scene.groups)
    return figure


@pytest.mark.parametrize(
    ("model", "shape", "label"),
    [
        (Feedback(), (2, 6), ("‖", "state from zeros")),
        (Steps("join"), (2, 5, 6), ("‖", "state from zeros")),
        (Steps("join", "ones"), (2, 5, 6), ("‖", "state from ones")),
        (Steps("add"), (2, 5, 6), ("Linear, 16 → 16", "state from zeros · 272 params")),
        (Equilibrium(), (1, 3, 8, 8), ("3×3 conv, 8", "state from zeros · sigmoid · 584 params")),
    ],
)
def test_a_constant_state_is_in_words(model: nn.Module, shape: Any, label: tuple[str, ...]) -> None:
    figure = drawn(model, shape)
    (box,) = (box for box in figure.scene.boxes if "state" in " ".join(box.label))
    assert box.label == label


@pytest.mark.parametrize(("model", "number"), [(Steps("join"), 1), (Steps("join", "learned"), 2)])
def test_a_learned_state_has_an_arrow_and_a_constant_one_has_none(
    model: nn.Module, number: int
) -> None:
    figure = drawn(model, (2, 5, 6))
    (join,) = (box.id for box in figure.scene.boxes if box.label[0] == "‖")
    assert sum(arrow.target == join for arrow in figure.scene.arrows) == number


def test_cells_begin_with_a_state_too() -> None:
    class Cells(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = nn.LSTMCell(6, 16)

        def forward(self, x: Tensor) -> Tensor:
            state, found = None, []
            for time in range(x.shape[1]):
                state = self.cell(x[:, time], state)
                found.append(state[0])
            return torch.stack(found, 1)

    figure = visualize.draw(Cells(), (2, 5, 6), level="layer")
    assert "5 times, shared · state from zeros · 1.5 k" in [b.label[-1] for b in figure.scene.boxes]
