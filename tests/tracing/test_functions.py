"""Functions marked by ``torch.fx.wrap``: those that hold layers or only move values are opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, fx, nn
from torch.nn import functional as F

import visualize
from tests.agreement import disagreements
from visualize.core.architecture import Architecture
from visualize.core.choices import Level
from visualize.core.errors import UntraceableError
from visualize.simplify import simplify


def attention(x: Tensor, weight: Tensor, proj: Tensor, heads: int, scale: list[float]) -> Tensor:
    batch, tokens, width = x.shape
    if tokens % 2:  # a size decides, which no proxy can
        x = F.pad(x, (0, 0, 0, 1))
    qkv = F.linear(x, weight).reshape(batch, -1, 3, heads, width // heads)
    q, k, v = qkv.permute(2, 0, 3, 1, 4)
    mask = x.new_zeros(x.shape[1])
    mask[tokens:] = -100.0
    weights = (q @ k.transpose(-2, -1) * scale[0] + mask).softmax(-1)
    x = F.linear((weights @ v).transpose(1, 2).reshape(batch, -1, width), proj)
    return x[:, :tokens]


def residual(x: Tensor, weight: Tensor, out: Tensor) -> Tensor:
    return x + F.linear(torch.relu(F.linear(x, weight)), out)


def halves(x: Tensor, weight: Tensor, size: int) -> tuple[Tensor, Tensor]:
    first, second = F.linear(x, weight).split(size, dim=-1)
    return first, second


def outer(x: Tensor, weight: Tensor, out: Tensor) -> Tensor:
    return residual(torch.tanh(x), weight, out).relu()


def through(x: Tensor, block: nn.Module) -> Tensor:
    result: Tensor = block(x)
    return result


def scaled(x: Tensor, weight: Tensor) -> Tensor:
    return x * weight if x.shape[0] else x


def product(x: Tensor) -> Tensor:
    return x @ x.transpose(1, 2)


def in_place(x: Tensor, weight: Tensor) -> Tensor:
    return x.add_(F.linear(x, weight))


def by_value(x: Tensor, weight: Tensor) -> Tensor:
    return F.linear(x, weight) if x.sum() > 0 else x


def merged(x: Tensor) -> Tensor:
    x = F.pad(x, (0, 0, 0, x.shape[1] % 2))
    return torch.cat([x[:, 0::2], x[:, 1::2]], -1)


def mixed(x: Tensor) -> Tensor:
    return torch.cat([x[:, 0::2], x[:, :3].tanh()], -1)


def shortcut(x: Tensor, y: Tensor) -> Tensor:
    x[:, 1:] += y[:, 1:]
    return x


def shortcut_of_the_second(x: Tensor, y: Tensor) -> Tensor:
    y.add_(x)
    return x


for function in (
    shortcut, shortcut_of_the_second,
    merged, mixed, attention, residual, halves, outer, through, scaled, product, in_place, by_value,
):  # fmt: skip
    fx.wrap(function.__name__)


class Uses(nn.Module):
    """Calls a function with its weights."""

    def __init__(self, call: Callable[[Any, Tensor], Any]) -> None:
        super().__init__()
        self.call = call
        self.weight = nn.Parameter(torch.ones(24, 8))
        self.square = nn.Parameter(torch.ones(8, 8))
        self.block = nn.Sequential(nn.Linear(8, 8), nn.ReLU())

    def forward(self, x: Tensor) -> Any:
        return self.call(self, x)


BOTH = pytest.mark.parametrize("tracer", ["symbolic", "recorded"])


def traced(call: Callable[[Any, Tensor], Any], tracer: str) -> Architecture:
    return visualize.trace(Uses(call), (1, 5, 8), tracer=tracer)


def types(exact: Architecture) -> list[str]:
    return [one.type for one in exact.operations if one.computes]


def attend(net: Any, x: Tensor) -> Any:
    return attention(x, net.weight, proj=net.square, heads=2, scale=[0.5])


@BOTH
def test_what_it_does_takes_the_place_of_the_call(tracer: str) -> None:
    exact = traced(attend, tracer)
    assert types(exact).count("linear") == 2
    assert types(exact).count("softmax") == 1
    assert "attention" not in types(exact)
    inside = [one for one in exact.operations if one.computes]
    assert {one.function.type for one in inside if one.function} == {"attention"}
    assert all(one.function for one in inside)
    (call,) = {one.function for one in inside if one.function}
    assert call.attributes == {"heads": 2, "scale": [0.5]}
    tokens, width = 6, 8
    assert exact.macs == 4 * tokens * width**2 + 2 * tokens**2 * width
    facts = visualize.summarize(exact).facts
    assert (facts.weighted_layers, facts.depth.longest) == (2, 2)
    assert list(disagreements(exact)) == []


@BOTH
def test_it_is_one_box_down_to_the_level_of_layers(tracer: str) -> None:
    exact = traced(attend, tracer)
    boxes = [box for box in simplify(exact, Level.LAYER).boxes if not box.kind.is_end]
    assert [(box.type, box.parameters, box.macs) for box in boxes] == [
        ("attention", exact.parameters - 72, exact.macs)
    ]
    assert len(simplify(exact, Level.OP).boxes) > 10


@BOTH
def test_a_skip_connection_inside_is_found_and_drawn(tracer: str) -> None:
    exact = traced(lambda net, x: residual(x, net.square, net.square), tracer)
    assert [skip.kind.value for skip in exact.skips] == ["identity"]
    assert "residual" not in [box.type for box in simplify(exact, Level.LAYER).boxes]
    assert list(disagreements(exact)) == []


@BOTH
def test_several_results_and_sizes_that_are_computed(tracer: str) -> None:
    def call(net: Any, x: Tensor) -> Any:
        first, second = halves(x, net.square, x.shape[-1] // 2)
        return second - first

    exact = traced(call, tracer)
    assert types(exact).count("linear") == 1
    (merge,) = (one for one in exact.operations if one.type == "sub")
    picked = [exact.operation(source).attributes["b"] for source in exact.data_sources(merge.id)]
    assert picked == [1, 0]


@BOTH
def test_a_marked_function_inside_another_is_opened_too(tracer: str) -> None:
    exact = traced(lambda net, x: outer(x, net.square, net.square), tracer)
    assert types(exact).count("linear") == 2
    calls = {one.function for one in exact.operations if one.computes}
    assert {call.type for call in calls if call} == {"outer"}


@BOTH
@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("product", lambda net, x: product(x)),
        ("mixed", lambda net, x: mixed(x)),
        ("scaled", lambda net, x: scaled(x, net.square[0])),
        ("in_place", lambda net, x: in_place(x.clone(), net.square)),
        ("by_value", lambda net, x: by_value(x, net.square)),
    ],
)
def test_what_holds_no_layer_or_cannot_be_recorded_stays_one_operation(
    name: str, call: Callable[[Any, Tensor], Any], tracer: str
) -> None:
    if name == "by_value":  # which only a run on values can follow
        tracer = "auto"
    exact = traced(call, tracer)
    assert name in types(exact)
    assert not any(one.function for one in exact.operations)


@BOTH
def test_what_only_moves_values_is_opened_and_is_one_box(tracer: str) -> None:
    exact = traced(lambda net, x: net.block(merged(x).reshape(1, 3, 2, 8)), tracer)
    assert types(exact)[:4] == ["pad", "getitem", "getitem", "cat"]
    assert exact.operations[4].outputs[0].shape == (1, 3, 16)
    assert list(disagreements(exact)) == []
    boxes = [box.type for box in simplify(exact, Level.LAYER).boxes]
    assert "merged" in boxes
    assert "cat" not in boxes


def test_a_function_of_a_module_calls_it() -> None:
    exact = traced(lambda net, x: through(x, net.block), "recorded")
    assert types(exact) == ["Linear", "ReLU"]
    assert exact.operations[1].parameters == 72


def added(net: Any, x: Tensor) -> Tensor:
    y = net.block(x)
    shortcut(y, x)  # what it returns is not read
    return y.transpose(1, 2).flatten(1)


def added_to_the_second(net: Any, x: Tensor) -> Tensor:
    y = net.block(x)
    shortcut_of_the_second(x.relu(), y)
    return y * 2


@BOTH
def test_what_it_writes_to_is_read_later(tracer: str) -> None:
    exact = traced(added, tracer)
    (call,) = [one.id for one in exact.operations if one.type == "shortcut"]
    (moved,) = [one.id for one in exact.operations if one.type == "transpose"]
    assert exact.data_sources(moved) == [call]


def test_what_it_writes_to_and_does_not_return_is_refused() -> None:
    with pytest.raises(UntraceableError, match="in-place write"):
        traced(added_to_the_second, "symbolic")
    visualize.trace(Uses(added_to_the_second), (1, 5, 8))
