"""Nodes and edges of the annotated graph: kinds, attributes and what edges carry."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import visualize
from visualize.annotate.structure import called_modules
from visualize.core.architecture import Architecture, ModuleCall, NodeKind
from visualize.core.traced import EnclosingCall, NodeFacts, TracedModel, set_facts


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = F.max_pool2d(self.conv(x), 2, stride=2)
        return torch.cat([y * self.scale, torch.zeros_like(y)], dim=1)


@pytest.fixture(scope="module", params=["symbolic", "recorded"])
def architecture(request: pytest.FixtureRequest) -> Architecture:
    return visualize.trace(Net(), (1, 3, 8, 8), tracer=request.param)


def test_kinds_and_types(architecture: Architecture) -> None:
    found = {layer.type: layer.kind for layer in architecture.layers}
    assert found == {
        "input": NodeKind.INPUT, "Conv2d": NodeKind.MODULE, "max_pool2d": NodeKind.FUNCTION,
        "constant": NodeKind.CONSTANT, "mul": NodeKind.FUNCTION, "zeros_like": NodeKind.FUNCTION,
        "cat": NodeKind.FUNCTION, "output": NodeKind.OUTPUT,
    }  # fmt: skip


def test_attributes_have_their_names(architecture: Architecture) -> None:
    layers = {layer.type: layer for layer in architecture.layers}
    assert layers["Conv2d"].module_class == "torch.nn.Conv2d"
    assert layers["Conv2d"].attributes["kernel_size"] == [3, 3]
    assert layers["max_pool2d"].attributes["kernel_size"] == 2
    assert layers["cat"].attributes["dim"] == 1


def test_only_values_are_data(architecture: Architecture) -> None:
    kinds = {layer.id: layer.type for layer in architecture.layers}
    data = {(kinds[a], kinds[b]): wire.data for a, b, wire in architecture.wires}
    assert data["max_pool2d", "mul"]
    assert not data["constant", "mul"]
    assert not data["max_pool2d", "zeros_like"]
    assert not data["zeros_like", "cat"]


def test_modules_are_those_called_and_entered() -> None:
    graph = torch.fx.Graph()
    node = graph.call_module("block.conv")
    calls = (EnclosingCall(ModuleCall("block", 2), "Block"),)
    set_facts(node, NodeFacts(calls=calls))
    model = nn.Module()
    model.block = nn.Module()
    model.block.conv = nn.Conv2d(1, 1, 1)
    assert called_modules(TracedModel(graph, model, {}, "symbolic")) == {
        "block": "Block",
        "block.conv": "Conv2d",
    }


def test_operators_of_programs_have_the_names_users_know(tmp_path: Path) -> None:
    program = torch.export.export(Net().eval(), (torch.zeros(1, 3, 8, 8),))
    torch.export.save(program, tmp_path / "net.pt2")
    types = {layer.type for layer in visualize.trace(str(tmp_path / "net.pt2")).layers}
    assert {"conv2d", "max_pool2d", "cat"} <= types
