"""Message passing, as graph networks write it."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.formulas import assert_whole
from visualize.core.choices import Level
from visualize.core.diagram import Box, BoxKind
from visualize.simplify import simplify


def _degrees(edges: Tensor, nodes: int) -> Tensor:
    ones = torch.ones(edges.shape[1])
    degree = torch.zeros(nodes).scatter_add(0, edges[1], ones).clamp(min=1) ** -0.5
    return degree[edges[0]] * degree[edges[1]]


class Graph(nn.Module):
    """A layer of a graph network; ``way`` is how it passes messages."""

    def __init__(self, way: str) -> None:
        super().__init__()
        self.linear = nn.Linear(8, 8)
        self.way = way

    def forward(self, x: Tensor, edges: Tensor) -> Tensor:
        x = self.linear(x)
        index = edges[1][:, None].expand(-1, 8)
        if self.way == "weighted":
            messages = _degrees(edges, 6)[:, None] * x.index_select(0, edges[0])
            return torch.zeros(6, 8).scatter_add(0, index, messages)
        if self.way == "rows":
            return torch.zeros(6, 8).index_add(0, edges[1], x[edges[0]])
        if self.way == "largest":
            return torch.zeros(6, 8).scatter_reduce(0, index, x[edges[0]], "amax")
        if self.way == "differences":
            return torch.zeros(6, 8).index_add(0, edges[1], x[edges[0]] - x[edges[1]])
        return torch.zeros(6, 8).index_add(0, edges[1], x.repeat(2, 1))


def boxes(way: str) -> list[Box]:
    inputs = torch.zeros(6, 8), torch.zeros(2, 12, dtype=torch.int64)
    architecture = visualize.trace(Graph(way), inputs)
    diagram = simplify(architecture, Level.LAYER)
    assert_whole(architecture, diagram)
    return [box for box in diagram.boxes if not box.kind.is_end]


@pytest.mark.parametrize("way", ["weighted", "rows", "largest"])
def test_gathered_rows_that_are_added_up_are_messages(way: str) -> None:
    found = [box for box in boxes(way) if box.kind is BoxKind.IDIOM]
    assert [str(line) for box in found for line in box.label[:2]] == [
        "message passing",
        "12 edges",
    ]


@pytest.mark.parametrize("way", ["differences", "copies"])
def test_what_is_not_gathered_once_is_no_message_passing(way: str) -> None:
    assert not any(box.type == "message passing" for box in boxes(way))


def test_the_weights_of_edges_are_one_box_with_the_name_of_their_function() -> None:
    assert [box.type for box in boxes("weighted")] == ["Linear", "degrees", "message passing"]
