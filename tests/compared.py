"""Small nets with edits, and the figures of their differences."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from typing import Any

import torch
from torch import nn

import visualize
from visualize.comparison import DifferenceFigure
from visualize.core.difference import Difference
from visualize.core.fate import Status
from visualize.core.scene import Scene
from visualize.options import FigureOptions


class Block(nn.Module):
    """Two convolutions, with an identity around them unless it is plain."""

    def __init__(self, *, kernel: int = 3, norm: bool = True, plain: bool = False) -> None:
        super().__init__()
        self.first = nn.Conv2d(8, 8, kernel, padding=kernel // 2)
        self.norm = nn.BatchNorm2d(8) if norm else None
        self.second = nn.Conv2d(8, 8, 3, padding=1)
        self.plain = plain

    def forward(self, x):
        y = self.first(x)
        y = self.second(torch.relu(self.norm(y) if self.norm else y))
        return y if self.plain else x + y


class Net(nn.Module):
    """Blocks, and a head that may have another name."""

    def __init__(self, *edits: Mapping[str, Any], head: str = "head") -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 7, 2, 3)
        self.blocks = nn.ModuleList(Block(**edit) for edit in edits)
        self.name = head
        self.add_module(head, nn.Linear(8, 4))

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.get_submodule(self.name)(x.mean((2, 3)))


SAME: Mapping[str, Any] = {}
EDITED = ({}, {"kernel": 5}, {}, {"plain": True}, {"norm": False}, {})


@functools.cache
def traced(*edits: tuple[tuple[str, Any], ...], head: str = "head") -> visualize.Architecture:
    """A net with these edits of its blocks."""
    return visualize.trace(Net(*map(dict, edits), head=head), (1, 3, 16, 16), name="net")


def net(*edits: Mapping[str, Any], head: str = "head") -> visualize.Architecture:
    """The same for edits that are dictionaries."""
    return traced(*(tuple(edit.items()) for edit in edits), head=head)


def difference(
    before: Collection[Mapping[str, Any]], after: Collection[Mapping[str, Any]], **names: str
) -> Difference:
    """What differs between a net with some edits and one with others."""
    return visualize.diff(net(*before), net(*after, **names)).exact


def drawn(found: Difference, *, side_by_side: bool = False, **options: Any) -> DifferenceFigure:
    """The figure of a difference."""
    chosen = FigureOptions(**options)
    return DifferenceFigure.of_difference(found, chosen, side_by_side=side_by_side)


def labels(scene: Scene, status: Status) -> list[tuple[str, ...]]:
    """The labels of the boxes with a status."""
    return [box.label for box in scene.boxes if box.status is status]
