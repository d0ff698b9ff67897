"""Scripts inside of Python models: opened, with the paths, classes and parameters they had."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import visualize
from tests.tracing.nets import types_of
from visualize.core.architecture import Architecture
from visualize.core.errors import UntraceableError

pytestmark = pytest.mark.filterwarnings("ignore")

SHAPE = (2, 8)


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(8, 8)
        self.norm = nn.BatchNorm1d(8)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.norm(self.first(x)).relu()


class Loop(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(8, 8) for _ in range(3)])

    def forward(self, x: Tensor, times: int = 2) -> Tensor:
        for layer in self.layers:
            x = torch.relu(layer(x))
        for _ in range(times):
            x = x * 2
        return x


class Several(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 8)
        self.register_buffer("scale", torch.ones(8))

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return {"a": self.layer(x), "b": x + 1}

    @torch.jit.export
    def scaled(self, x: Tensor) -> Tensor:
        return self.layer(x) * self.scale


class Fills(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        out = torch.zeros(x.shape[0], 8)
        out[:, :4] = self.layer(x)[:, :4]
        return out


class Decides(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        if float(x.sum()) > 0:
            return self.layer(x)
        return x


@torch.jit.script
def gelu(x: Tensor) -> Tensor:
    return x * 0.5 * (1.0 + torch.erf(x / 1.41421))


@torch.jit.script
def scaled_sum(a: Tensor, b: Tensor, scale: int = 2) -> Tensor:
    return a * scale + b


class Around(nn.Module):
    def __init__(self, part: Any, run: Callable[[Any, Tensor], Any]) -> None:
        super().__init__()
        self.part = part
        self.head = nn.Linear(8, 8)
        self.run = run

    def forward(self, x: Tensor) -> Any:
        return self.run(self, x)


def in_a_row(net: Any, x: Tensor) -> Any:
    return net.head(net.part(x))


script: Any = torch.jit.script


def traced(module: nn.Module) -> Any:
    return torch.jit.trace(module, torch.rand(SHAPE))  # type: ignore[no-untyped-call]


def hooked(module: nn.Module) -> nn.Module:
    module.head.register_forward_hook(lambda *given: given[-1] * 2)
    return module


CASES: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...], list[str]]] = {
    "sequential": (
        lambda: nn.Sequential(script(nn.Sequential(nn.Linear(8, 8), nn.ReLU())), nn.Linear(8, 8)),
        SHAPE, ["linear", "relu", "Linear"],
    ),
    "module list": (
        lambda: Around(
            nn.ModuleList([script(nn.Linear(8, 8)) for _ in range(2)]),
            lambda net, x: net.head(net.part[1](net.part[0](x))),
        ),
        SHAPE, ["linear", "linear", "Linear"],
    ),
    "traced": (
        lambda: Around(traced(Loop()), in_a_row), SHAPE,
        [*["linear", "relu"] * 3, "mul", "mul", "Linear"],
    ),
    "loop with an argument": (
        lambda: Around(script(Loop()), lambda net, x: net.head(net.part(x, times=1))), SHAPE,
        [*["linear", "relu"] * 3, "mul", "Linear"],
    ),
    "dict": (
        lambda: Around(script(Several()), lambda net, x: net.part(x)["a"] + net.part(x)["b"]),
        SHAPE, ["linear", "add", "linear", "add", "add"],
    ),
    "another method": (
        lambda: Around(script(Several()), lambda net, x: net.head(net.part.scaled(x))), SHAPE,
        ["linear", "mul", "Linear"],
    ),
    "submodule": (
        lambda: Around(script(Several()), lambda net, x: net.part.layer(x) * net.part.scale),
        SHAPE, ["linear", "mul"],
    ),
    "indexed": (
        lambda: Around(
            script(nn.Sequential(nn.Linear(8, 8), nn.ReLU())),
            lambda net, x: net.part[1](net.part[0](x)),
        ),
        SHAPE, ["linear", "relu"],
    ),
    "its weight": (
        lambda: Around(script(Several()), lambda net, x: F.linear(x, net.part.layer.weight)),
        SHAPE, ["linear"],
    ),
    "filled by slices": (lambda: Around(script(Fills()), in_a_row), SHAPE, ["linear", "Linear"]),
    "function": (
        lambda: Around(None, lambda net, x: gelu(net.head(x))), SHAPE,
        ["Linear", "mul", "div", "erf", "add", "mul"],
    ),
    "function with a default": (
        lambda: Around(None, lambda net, x: scaled_sum(x, net.head(x), scale=3)), SHAPE,
        ["Linear", "mul", "add"],
    ),
    "applied twice": (
        lambda: Around(script(nn.Linear(8, 8)), lambda net, x: net.part(net.part(x))), SHAPE,
        ["linear", "linear"],
    ),
    "beside a hook": (
        lambda: hooked(Around(script(nn.Linear(8, 8)), in_a_row)), SHAPE,
        ["linear", "Linear", "mul"],
    ),
    "overloaded": (
        lambda: Around(
            script(nn.LSTM(8, 8, batch_first=True)), lambda net, x: net.head(net.part(x)[0])
        ),
        (2, 5, 8), ["lstm", "Linear"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("tracer", ["auto", "recorded"])
def test_a_script_is_opened(name: str, tracer: str) -> None:
    make, shape, expected = CASES[name]
    model = make().eval()
    architecture = visualize.trace(model, shape, tracer=tracer)
    names = iter(types_of(architecture))
    assert all(kind in names for kind in expected), types_of(architecture)  # in this order
    assert architecture.parameters == sum(each.numel() for each in model.parameters())
    assert nx.has_path(architecture.graph, next(iter(architecture.graph)), "output")
    assert not any("values" in str(note) for note in architecture.notes)
    unused = 0 if "Linear" in expected else 72  # the head
    assert architecture.unused_parameters == unused + (8 if name == "its weight" else 0)


def compared(model: nn.Module) -> Architecture:
    return visualize.trace(model, SHAPE, tracer="recorded")


def test_a_script_is_the_block_that_it_was_made_from() -> None:
    plain = compared(nn.Sequential(Block(), Block()).eval())
    scripted = compared(nn.Sequential(script(Block()), Block()).eval())
    assert plain.modules == scripted.modules
    assert (plain.parameters, plain.macs) == (scripted.parameters, scripted.macs)
    assert [skip.kind for skip in plain.skips] == [skip.kind for skip in scripted.skips]
    assert [skip.module for skip in plain.skips] == [skip.module for skip in scripted.skips]


def test_parameters_shared_with_a_script_are_counted_once() -> None:
    layer = nn.Linear(8, 8)
    model = Around(script(layer), in_a_row)
    model.head = layer
    architecture = visualize.trace(model, SHAPE)
    assert architecture.parameters == 72
    assert architecture.unused_parameters == 0


def test_a_script_that_decides_by_values_is_run_with_them() -> None:
    architecture = visualize.trace(Around(script(Decides()), in_a_row), SHAPE)
    assert architecture.parameters == 144
    assert any("depends on values" in str(note) for note in architecture.notes)


def test_a_script_can_be_one_operation() -> None:
    architecture = visualize.trace(Around(script(Block()), in_a_row), SHAPE, leaves=["Block"])
    (leaf,) = [one for one in architecture.operations if one.path == "part"]
    assert leaf.parameters == 88


def test_torch_fx_refuses_scripts() -> None:
    with pytest.raises(UntraceableError, match=r"part: torch\.fx cannot trace TorchScript"):
        visualize.trace(Around(script(Block()), in_a_row), SHAPE, tracer="symbolic")


def test_scripts_run_in_torch_again_afterwards() -> None:
    module = script(Block()).eval()
    before = (type(gelu).__call__, type(module.forward).__call__)
    visualize.trace(Around(module, lambda net, x: gelu(net.part(x))), SHAPE)
    assert (type(gelu).__call__, type(module.forward).__call__) == before
    assert module(torch.zeros(SHAPE)).shape == SHAPE
    assert not next(module.parameters()).is_meta
