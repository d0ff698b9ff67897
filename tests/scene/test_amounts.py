"""Parameters of copies: those of each, and what they share."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import pytest
import torch
from torch import Tensor, nn

import visualize
from visualize.core.architecture import Architecture, NodeKind, Operation
from visualize.core.diagram import Box, Diagram, Group, GroupKind
from visualize.scene.amounts import Amount, of_box


class Block(nn.Module):
    def __init__(self, common: nn.Module | None) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(8, 8), common or nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = x + self.second(self.first(x).relu())
        return result


class Blocks(nn.Module):
    """Blocks that may have a layer in common, applied again and again."""

    def __init__(self, number: int, times: int, *, common: bool) -> None:
        super().__init__()
        layer = nn.Linear(8, 8) if common else None
        self.blocks = nn.ModuleList(Block(layer) for _ in range(number))
        self.times = times

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(self.times):
            for block in self.blocks:
                x = block(x)
        return x


class Tied(nn.Module):
    """Four layers, the last of them with the weight of the head before them."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Linear(8, 8)
        self.layers = nn.Sequential(*[nn.Linear(8, 8) for _ in range(4)])
        self.layers[3].weight = self.stem.weight

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.layers(self.stem(x).relu())
        return result


def details(model: nn.Module, level: str) -> list[str]:
    torch.manual_seed(0)
    figure = visualize.draw(model.eval(), (1, 5, 8), level=level)
    assert figure.check() == []
    frames = [group.detail for group in figure.scene.groups if group.framed]
    return [line for box in figure.scene.boxes for line in box.label[1:]] + frames


@pytest.mark.parametrize(
    ("number", "times", "common", "level", "shown"),
    [
        (4, 1, False, "block", "1 residual · 144 params each"),
        (4, 1, True, "block", "1 residual · 72 params each · 72 params shared"),
        (4, 1, True, "layer", "72 params each, 72 params shared"),
        (1, 4, False, "block", "144 params"),
        (3, 2, False, "block", "144 params each"),
    ],
)
def test_copies_and_what_they_share(
    number: int, times: int, common: bool, level: str, shown: str
) -> None:
    lines = details(Blocks(number, times, common=common), level)
    assert any(line.endswith(shown) for line in lines), lines


def test_a_copy_that_counts_less_is_no_copy() -> None:
    assert details(Tied(), "layer") == [
        "ReLU · 72 params",
        "72 params each",
        "shared weights · 8 params",
    ]


def repeated(counts: tuple[int, ...], *, shared: bool) -> Amount:
    """The amount of a box of as many copies, which count these parameters."""
    parts = [
        Operation(f"a{n}", NodeKind.FUNCTION, "a", n, parameters=p) for n, p in enumerate(counts)
    ]
    copies = tuple(Box.of(part) for part in parts)
    group = Group("repeat", GroupKind.REPEAT, "", "", "", repeat=len(counts), shared=shared)
    box = replace(copies[0], operations=tuple(parts), copies=copies, group=group.id)
    graph = nx.MultiDiGraph()
    graph.add_node(box.id, box=box)
    exact = Architecture("net", "Net", nx.MultiDiGraph())
    return of_box(Diagram(exact, graph, (group,)), box)


@pytest.mark.parametrize(
    ("counts", "shared", "amount"),
    [
        ((3, 3, 3), False, Amount(3)),
        ((5, 3, 3), False, Amount(3, 2)),  # a table that the first one counts
        ((4, 0, 0), False, Amount(0, 4)),
        ((4, 0, 0), True, Amount(4)),
        ((0, 0, 0), True, Amount(0)),
    ],
)
def test_amounts_add_up(counts: tuple[int, ...], shared: bool, amount: Amount) -> None:
    assert repeated(counts, shared=shared) == amount
