"""Parameters and buffers are counted once, at their first use."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import visualize
from tests.tracing.nets import (
    IMAGE,
    Repeated,
    Tied,
    layers_at,
    parameters_under,
)
from visualize.core.architecture import ModuleCall, NodeKind


def test_tied_weights_count_once():
    architecture = visualize.trace(Tied(), torch.zeros(1, 5, dtype=torch.int64))
    (embed,), (head,) = layers_at(architecture, "embed"), layers_at(architecture, "head")
    assert architecture.parameters == 50
    assert (embed.parameters, head.parameters) == (40, 10)
    assert (embed.weights, head.weights) == (((10, 4),), ((10, 4), (10,)))


def test_a_module_called_twice_counts_at_its_first_call():
    architecture = visualize.trace(Repeated(), IMAGE)
    first, second = layers_at(architecture, "block.conv")
    assert architecture.parameters == 12
    assert (first.parameters, second.parameters) == (12, 0)
    assert first.macs == second.macs == 9 * 64
    assert first.weights == second.weights == ((3, 3, 1, 1), (3,))


def test_calls_of_a_module_are_numbered():
    architecture = visualize.trace(Repeated(), IMAGE)
    first, second = layers_at(architecture, "block.conv")
    assert first.calls == (ModuleCall("block"), ModuleCall("block.conv"))
    assert second.calls == (ModuleCall("block", 1), ModuleCall("block.conv", 1))
    relus = [layer for layer in architecture.operations if layer.type == "relu"]
    assert [relu.calls for relu in relus] == [(ModuleCall("block"),), (ModuleCall("block", 1),)]
    assert [relu.path for relu in relus] == ["block", "block"]


class Functional(nn.Module):
    """Works with its own tensors through functions; holds some that it never touches."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(4, 3, 3, 3))
        self.bias = nn.Parameter(torch.zeros(4), requires_grad=False)
        self.idle = nn.Parameter(torch.zeros(7))
        self.dead = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.Linear(2, 2)))
        self.register_buffer("scale", torch.ones(4, 1, 1))
        self.register_buffer("spare", torch.ones(2))

    def forward(self, x):
        return F.conv2d(x, self.weight, self.bias) * self.scale


def test_parameters_of_functions_count_where_they_are_read():
    architecture = visualize.trace(Functional(), IMAGE)
    (weight,), (bias,) = layers_at(architecture, "weight"), layers_at(architecture, "bias")
    assert (weight.kind, weight.parameters) == (NodeKind.CONSTANT, 4 * 3 * 3 * 3)
    assert (bias.parameters, bias.trainable_parameters) == (4, 0)
    (convolution,) = [layer for layer in architecture.operations if layer.type == "conv2d"]
    assert convolution.macs == 4 * 3 * 3 * 3 * 6 * 6
    read = [source for source, _, wire in architecture.inputs(convolution.id) if not wire.data]
    assert read == [weight.id, bias.id]


def test_unused_parameters_are_reported():
    architecture = visualize.trace(Functional(), IMAGE)
    assert architecture.parameters == 108 + 4 + 7 + 12
    assert architecture.trainable_parameters == 108 + 7 + 12
    assert architecture.unused_parameters == 7 + 12
    assert architecture.unused_modules == ("dead",)


def test_buffers_are_counted():
    architecture = visualize.trace(Functional(), IMAGE)
    (scale,) = layers_at(architecture, "scale")
    assert (scale.buffers, scale.parameters) == (4, 0)
    assert architecture.buffers == 6
    norm = visualize.trace(nn.Sequential(nn.BatchNorm2d(3)), IMAGE)
    assert norm.buffers == sum(layer.buffers for layer in norm.operations) == 3 + 3 + 1


def test_resnet18_is_that_of_the_paper():
    architecture = visualize.trace("resnet18")
    kinds = [skip.kind.value for skip in architecture.skips]
    assert (kinds.count("identity"), kinds.count("projection"), len(kinds)) == (5, 3, 8)
    counts = {
        "conv1": 9_408,
        "layer1.0": 73_984,
        "layer2.0": 230_144,
        "layer4": 8_393_728,
        "fc": 513_000,
    }
    assert {path: parameters_under(architecture, path) for path in counts} == counts
    assert architecture.parameters == 11_689_512
    assert sum(layer.parameters for layer in architecture.operations) == 11_689_512


class Halves(nn.Module):
    """Layers of two dtypes, one of which is never used."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 6).half()
        self.second = nn.Linear(6, 2)
        self.idle = nn.Linear(3, 3).double()

    def forward(self, x):
        return self.second(self.first(x.half()).float())


def test_dtypes_count_the_parameters_of_each() -> None:
    architecture = visualize.trace(Halves(), (1, 4))
    assert architecture.operation("first").dtypes == {"float16": 30}
    assert architecture.operation("second").dtypes == {"float32": 14}
    assert architecture.unused_dtypes == {"float64": 12}
    total = visualize.summarize(Halves(), (1, 4)).total
    assert total.dtypes == {"float16": 30, "float32": 14, "float64": 12}
    assert total.bytes == 60 + 56 + 96


class Buffers(nn.Module):
    """Buffers that layers, functions and nothing read, and a constant that is none of them."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(3)
        self.norm.num_batches_tracked = None  # which no script or program reads
        self.register_buffer("scale", torch.ones(3, 1, 1))
        self.register_buffer("mask", torch.ones(8, 8, dtype=torch.bool), persistent=False)
        self.register_buffer("spare", torch.ones(2))
        self.register_buffer("steps", torch.zeros(5, dtype=torch.int64))

    def forward(self, x):
        shift = torch.tensor([1.0, 2.0, 3.0])[:, None, None]
        return (self.norm(x) * self.scale + shift) * self.mask


def _buffers(model: object, *inputs: object, **options: str) -> None:
    architecture = visualize.trace(model, *inputs, **options)
    assert architecture.buffers == 6 + 3 + 64 + 2 + 5
    assert architecture.unused_buffers == ("spare", "steps")
    assert architecture.unused_buffer_dtypes == {"float32": 2, "int64": 5}
    assert sum(one.buffers for one in architecture.operations) == architecture.buffers - 7
    document = architecture.to_dict()["model"]
    assert (document["buffers"], document["unused_buffers"]) == (80, 7)


@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
def test_buffers_count_where_they_are_read_first(tracer: str) -> None:
    _buffers(Buffers(), (1, 3, 8, 8), tracer=tracer)


def test_buffers_of_a_script(tmp_path: Path) -> None:
    script = torch.jit.script(Buffers().eval())
    script.save(str(tmp_path / "net.pt"))
    _buffers(str(tmp_path / "net.pt"), (1, 3, 8, 8))


def test_buffers_of_a_program(tmp_path: Path) -> None:
    program = torch.export.export(Buffers().eval(), (torch.zeros(1, 3, 8, 8),))
    torch.export.save(program, tmp_path / "net.pt2")
    _buffers(str(tmp_path / "net.pt2"))
