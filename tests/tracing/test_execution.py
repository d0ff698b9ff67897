"""One run of a graph on meta tensors gives each node its outputs and FLOPs."""

from __future__ import annotations

import pytest
import torch
from torch import fx, nn

from visualize.core.architecture import TensorSpec
from visualize.core.errors import ShapeError
from visualize.core.traced import facts_of
from visualize.tracing.execution import record_tensors
from visualize.tracing.flops import Memory
from visualize.tracing.inputs import Inputs
from visualize.tracing.leaves import Leaves
from visualize.tracing.symbolic import trace_symbolically


class Splitting(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 6)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        one, other = self.layer(x).chunk(2, 1)
        return [one + 1, other]


def _graph(*shape: int) -> fx.Graph:
    model = Splitting().to("meta")
    inputs = Inputs.of(shape).without_values()
    graph = trace_symbolically(model, inputs, Leaves())
    record_tensors(graph, model, inputs, Memory())
    return graph


def test_every_node_has_its_outputs() -> None:
    shapes = {
        node.name: [one.shape for one in facts_of(node).outputs] for node in _graph(2, 4).nodes
    }
    assert shapes == {
        "x": [(2, 4)], "layer": [(2, 6)], "chunk": [(2, 3), (2, 3)], "getitem": [(2, 3)],
        "getitem_1": [(2, 3)], "add": [(2, 3)], "output": [(2, 3), (2, 3)],
    }  # fmt: skip


def test_flops_and_calls_are_those_of_the_node() -> None:
    nodes = {node.name: facts_of(node) for node in _graph(2, 4).nodes}
    assert {name: facts.flops for name, facts in nodes.items() if facts.flops} == {
        "layer": 2 * 2 * 4 * 6
    }
    assert [enclosing.call.path for enclosing in nodes["layer"].calls] == ["layer"]
    assert nodes["add"].calls == ()
    assert nodes["add"].line is not None
    assert nodes["x"].outputs == (TensorSpec((2, 4)),)


def test_a_refused_shape_names_the_layer() -> None:
    with pytest.raises(ShapeError, match=r"layer layer \(Linear\): got 2×5, expected 4 features"):
        _graph(2, 5)
