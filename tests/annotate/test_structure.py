"""Nodes and edges of the annotated graph: kinds, attributes and what edges carry."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import visualize
from tests.layers import Function
from visualize.annotate.structure import called_modules
from visualize.core.architecture import Architecture, ModuleCall, NodeKind
from visualize.core.traced import EnclosingCall, NodeFacts, TracedModel, set_facts
from visualize.report import write_graph


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
    found = {layer.type: layer.kind for layer in architecture.operations}
    assert found == {
        "input": NodeKind.INPUT, "Conv2d": NodeKind.MODULE, "max_pool2d": NodeKind.FUNCTION,
        "constant": NodeKind.CONSTANT, "mul": NodeKind.FUNCTION, "zeros_like": NodeKind.FUNCTION,
        "cat": NodeKind.FUNCTION, "output": NodeKind.OUTPUT,
    }  # fmt: skip


def test_attributes_have_their_names(architecture: Architecture) -> None:
    layers = {layer.type: layer for layer in architecture.operations}
    assert layers["Conv2d"].module_class == "torch.nn.Conv2d"
    assert layers["Conv2d"].attributes["kernel_size"] == [3, 3]
    assert layers["max_pool2d"].attributes["kernel_size"] == 2
    assert layers["cat"].attributes["dim"] == 1


def test_only_values_are_data(architecture: Architecture) -> None:
    kinds = {layer.id: layer.type for layer in architecture.operations}
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
    types = {layer.type for layer in visualize.trace(str(tmp_path / "net.pt2")).operations}
    assert {"conv2d", "max_pool2d", "cat"} <= types


class Named(nn.Module):
    """Modules whose names look like numbered calls of others, each called twice."""

    def __init__(self) -> None:
        super().__init__()
        self.add_module("conv@v2", nn.Sequential(nn.Linear(4, 4)))
        self.add_module("conv@1", nn.Linear(4, 4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for name in ("conv@v2", "conv@1", "conv@v2", "conv@1"):
            x = self.get_submodule(name)(x)
        return x


@pytest.mark.parametrize("way", ["symbolic", "recorded", "exported"])
def test_a_name_with_an_at_is_no_number_of_a_call(way: str, tmp_path: Path) -> None:
    model = Named().eval()
    if way == "exported":
        program = torch.export.export(model, (torch.zeros(2, 4),))
        torch.export.save(program, tmp_path / "net.pt2")
        architecture = visualize.trace(str(tmp_path / "net.pt2"))
    else:
        architecture = visualize.trace(model, (2, 4), tracer=way)
    kinds = ("Linear", "linear")
    calls = [layer.calls[-1] for layer in architecture.operations if layer.type in kinds]
    assert calls == [
        ModuleCall("conv@v2.0", 0), ModuleCall("conv@1", 0),
        ModuleCall("conv@v2.0", 1), ModuleCall("conv@1", 1),
    ]  # fmt: skip
    document = json.loads(write_graph(architecture, "json"))
    numbers = [node["call"] for node in document["nodes"] if node["type"] in kinds]
    assert numbers == [0, 0, 1, 1]
    assert visualize.draw(architecture, level="block").scene.boxes


class Steep(torch.autograd.Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(x: torch.Tensor) -> torch.Tensor:
        return (x > 0).to(x.dtype)

    @staticmethod
    def setup_context(context: object, inputs: object, output: object) -> None:
        """Nothing is kept for the gradient."""

    @staticmethod
    def backward(context: object, *gradients: torch.Tensor) -> torch.Tensor:
        return gradients[0]


def test_an_autograd_function_has_the_name_of_its_class() -> None:
    exact = visualize.trace(Function(lambda m, x: torch.vmap(Steep.apply)(x)), (2, 3))
    assert [layer.type for layer in exact.operations] == ["input", "Steep", "output"]


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
def test_attributes_of_a_tensor_are_operations(tracer: str) -> None:
    def function(_: object, x: torch.Tensor) -> torch.Tensor:
        y = torch.fft.rfft(x.mT)
        return y.real + y.imag

    exact = visualize.trace(Function(function), (2, 2, 2), tracer=tracer)
    types = [layer.type for layer in exact.operations]
    assert types == ["input", "mT", "fft_rfft", "real", "imag", "add", "output"]


def test_parts_of_a_result_are_not() -> None:
    exact = visualize.trace(Function(lambda m, x: torch.linalg.eigh(x).eigenvalues), (2, 2, 2))
    assert "eigenvalues" not in {layer.type for layer in exact.operations}


def test_arguments_after_any_number_of_others_are_not_mistaken() -> None:
    exact = visualize.trace(Function(lambda m, x: torch.einsum("ij,kj->ik", x, x)), (2, 3))
    (product,) = (layer for layer in exact.operations if layer.type == "einsum")
    assert product.attributes == {"equation": "ij,kj->ik"}


class Sized(nn.Module):
    """A net whose layers take sizes of their inputs as numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.kernel = nn.Parameter(torch.ones(4, 1, 3, 3))
        self.other = nn.Parameter(torch.ones(4, 4, 3, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        half = x.shape[2] // 2
        y = F.conv2d(x, self.kernel, padding=1, groups=x.size(1))
        y = F.conv2d(F.pad(y, (0, half, 0, half)), self.other, stride=half // 2)
        y = F.interpolate(y[:, :, : half + 1], size=x.shape[2:])
        return F.conv2d(y, self.other, padding=half // 2, dilation=half // 2)


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
def test_sizes_that_are_arguments_are_numbers(tracer: str) -> None:
    architecture = visualize.trace(Sized(), (1, 4, 8, 8), tracer=tracer)
    found = {one.id: one.attributes for one in architecture.operations}
    convolutions = [one for one in architecture.operations if one.type == "conv2d"]
    assert [one.attributes.get("groups", 1) for one in convolutions] == [4, 1, 1]
    assert convolutions[1].attributes["stride"] in (2, [2, 2])
    assert convolutions[2].attributes["dilation"] in (2, [2, 2])
    assert found["pad"]["pad"] == [0, 4, 0, 4]
    assert found["interpolate"]["size"] == [8, 8]
    assert convolutions[0].weight is not None
    assert architecture.macs == 4 * 9 * 64 + 16 * 9 * 25 + 16 * 9 * 64


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
def test_operators_have_the_names_that_torch_has_for_them(tracer: str) -> None:
    def divided(_: nn.Module, x: torch.Tensor) -> torch.Tensor:
        x = x / 2 % 5
        x /= 3
        return x // 2

    exact = visualize.trace(Function(divided), (2, 4), tracer=tracer)
    types = [one.type for one in exact.operations]
    assert types == ["input", "div", "remainder", "div", "floordiv", "output"]
