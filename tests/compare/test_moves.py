"""What comes in another order was moved; what is next to it is the same."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import visualize
from visualize.core.difference import Status
from visualize.results.difference import Difference


class Block(nn.Module):
    def __init__(self, is_pre: bool) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(8), nn.LayerNorm(8)
        self.attn = nn.Linear(8, 8)
        self.mlp = nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8))
        self.is_pre = is_pre

    def forward(self, x: Tensor) -> Tensor:
        if self.is_pre:
            x = x + self.attn(self.norm1(x))
            return x + self.mlp(self.norm2(x))
        x = self.norm1(x + self.attn(x))
        return self.norm2(x + self.mlp(x))


class Line(nn.Module):
    """A few layers in an order of their names; ``sigmoid`` is a function."""

    def __init__(self, *order: str) -> None:
        super().__init__()
        self.one, self.drop, self.two = nn.Conv2d(3, 8, 3), nn.Dropout(), nn.Conv2d(8, 8, 3)
        self.norm, self.block = nn.BatchNorm2d(8), nn.Sequential(nn.Conv2d(8, 8, 1), nn.ReLU())
        self.order = order

    def forward(self, x: Tensor) -> Tensor:
        for name in self.order:
            x = torch.sigmoid(x) if name == "sigmoid" else getattr(self, name)(x)
        return x


def between(old: nn.Module, new: nn.Module, shape: tuple[int, ...]) -> Difference:
    back, found = visualize.diff(new, old, shape), visualize.diff(old, new, shape)
    assert list(back.changes) == [change.inverse for change in found.changes]
    return found


def moved(difference: Difference) -> list[tuple[str, tuple[str, ...]]]:
    assert {change.status for change in difference.changes} == {Status.MOVED}
    return [(change.type, change.before) for change in difference.changes]


@pytest.mark.parametrize(
    ("old", "new", "kind", "path"),
    [
        ("one drop two norm", "one two drop norm", "Dropout", "drop"),
        ("one drop two norm", "one two norm drop", "Dropout", "drop"),
        ("one two norm drop", "drop one two norm", "Dropout", "drop"),
        ("one norm two", "one two norm", "BatchNorm2d", "norm"),
        ("one sigmoid two", "one two sigmoid", "sigmoid", ""),
        ("one two norm block", "one block two norm", "Sequential", "block"),
    ],
)
def test_one_layer_or_block_is_moved(old: str, new: str, kind: str, path: str) -> None:
    difference = between(Line(*old.split()), Line(*new.split()), (1, 3, 16, 16))
    assert moved(difference) == [(kind, (path,))]


def test_norms_before_or_after() -> None:
    before, after = (nn.Sequential(*(Block(is_pre) for _ in range(3))) for is_pre in (True, False))
    difference = between(before, after, (1, 5, 8))
    paths = tuple(f"{block}.norm{number}" for block in range(3) for number in (1, 2))
    assert moved(difference) == [("LayerNorm", paths)]
    assert "6 LayerNorm, now after add" in difference.table()


def test_a_moved_layer_of_a_sequence_has_another_number() -> None:
    layers: dict[str, Any] = {"conv": nn.Conv2d(3, 3, 3), "drop": nn.Dropout(), "act": nn.ReLU()}
    more = nn.Conv2d(3, 5, 1)
    before = nn.Sequential(layers["conv"], layers["drop"], more, layers["act"])
    after = nn.Sequential(layers["conv"], more, layers["drop"], layers["act"])
    changes = between(before, after, (1, 3, 8, 8)).changes
    assert [(one.status, one.before, one.after) for one in changes] == [
        (Status.MOVED, ("1",), ("2",)),
        (Status.RENAMED, ("2",), ("1",)),
    ]


def test_an_order_of_lines_is_no_difference() -> None:
    class Both(nn.Module):
        def __init__(self, is_first: bool) -> None:
            super().__init__()
            self.wide, self.narrow = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(3, 8, 1)
            self.is_first = is_first

        def forward(self, x: Tensor) -> Tensor:
            if self.is_first:
                wide, narrow = self.wide(x), self.narrow(x)
            else:
                narrow, wide = self.narrow(x), self.wide(x)
            return torch.cat([wide, narrow], 1)

    assert not between(Both(True), Both(False), (1, 3, 8, 8))


def test_a_change_hides_a_move() -> None:
    old, new = Line("one", "drop", "two"), Line("one", "two", "drop")
    new.drop.p = 0.25
    changes = visualize.diff(old, new, (1, 3, 16, 16)).changes
    assert [(one.status, one.before) for one in changes] == [(Status.CHANGED, ("drop",))]


def test_the_figure_shows_what_was_moved_and_from_where() -> None:
    figure = visualize.diff(Block(True), Block(False), (1, 5, 8)).figure()
    notes = [box.label for box in figure.scene.boxes if box.status is Status.MOVED]
    assert sorted(line for label in notes for line in label if "was" in line) == [
        "was after add",
        "was after x",
    ]
    assert figure.check() == []
