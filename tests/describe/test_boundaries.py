"""Shapes in the order of the signature and of what is returned; of shared modules, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.graphs import Net
from visualize.core.summary import Row, Summary
from visualize.describe.boundaries import crossing_of, crossing_of_model

TRACERS = ["symbolic", "recorded"]


def row(summary: Summary, name: str) -> Row:
    (found,) = (row for row in summary.rows if row.name == name)
    return found


def inputs(row: Row) -> list[tuple[int, ...]]:
    return [tensor.shape[1:] for tensor in row.inputs]


def outputs(row: Row) -> list[tuple[int, ...]]:
    return [tensor.shape[1:] for tensor in row.outputs]


class Cell(nn.Module):
    """Reads its second argument first, and computes its second result first."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.last = nn.Linear(4, 8), nn.Linear(6, 8), nn.Linear(8, 3)

    def forward(self, state: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        inner = torch.tanh(self.a(x) + self.b(state))
        return self.last(inner), inner


class Unrolled(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell, self.step = Cell(), nn.Linear(8, 6)

    def forward(self, x: Tensor, state: Tensor) -> dict[str, Tensor]:
        for _ in range(3):
            result, inner = self.cell(x=x, state=state)
            state = self.step(inner)
        return {"result": result, "state": state}


@pytest.mark.parametrize("tracer", TRACERS)
def test_arguments_and_results_are_in_the_order_of_the_code(tracer: str) -> None:
    summary = visualize.summarize(Unrolled(), [(2, 4), (2, 6)], tracer=tracer)
    assert (inputs(summary.total), outputs(summary.total)) == ([(4,), (6,)], [(3,), (6,)])
    cell = row(summary, "cell")
    assert (inputs(cell), outputs(cell)) == ([(6,), (4,)], [(3,), (8,)])


@pytest.mark.parametrize("tracer", TRACERS)
def test_a_shared_module_is_one_row_with_the_shapes_of_one_call(tracer: str) -> None:
    summary = visualize.summarize(Unrolled(), [(2, 4), (2, 6)], tracer=tracer, depth=9)
    calls = {one.name: (one.calls, inputs(one), outputs(one)) for one in summary.rows}
    assert calls == {
        "cell.a": (3, [(4,)], [(8,)]),
        "cell.b": (3, [(6,)], [(8,)]),
        "cell.add": (3, [(8,), (8,)], [(8,)]),
        "cell.tanh": (3, [(8,)], [(8,)]),
        "cell.last": (3, [(8,)], [(3,)]),
        "cell_total": (3, [(6,), (4,)], [(3,), (8,)]),
        "step": (3, [(8,)], [(6,)]),
        "TOTAL": (1, [(4,), (6,)], [(3,), (6,)]),
    }


class Cache:
    def __init__(self) -> None:
        self.kept: list[Tensor] = []


@dataclass
class Result:
    logits: Tensor
    cache: Cache


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.key, self.out = nn.Linear(8, 2), nn.Linear(2, 8)

    def forward(self, x: Tensor, cache: Cache) -> Tensor:
        cache.kept.append(self.key(x))
        return x + self.out(cache.kept[-1])


class Cached(nn.Module):
    """A language model: what each layer keeps is returned as well."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList([Layer(), Layer()])
        self.head = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Any:
        cache = Cache()
        for layer in self.layers:
            x = layer(x, cache)
        return Result(self.head(x), cache)


@pytest.mark.parametrize("tracer", TRACERS)
def test_the_first_field_of_a_result_comes_first(tracer: str) -> None:
    summary = visualize.summarize(Cached(), (1, 8), tracer=tracer, depth=2)
    assert outputs(summary.total) == [(5,), (2,), (2,)]
    assert outputs(row(summary, "layers[1]")) == [(8,), (2,)]
    # A list of modules returns nothing itself: what the model goes on with comes first.
    assert outputs(row(summary, "layers_total")) == [(8,), (2,), (2,)]


def test_without_a_record_of_calls_tensors_are_in_the_order_of_the_run() -> None:
    net = Net()
    x = net.input(1, 16)
    with net.call("block", "Block"):
        kept = net.linear(x, 2, name="keep")
        y = net.linear(kept, 16, name="out")
    net.output(net.linear(y, 4, name="head"), kept)
    exact = net.build()
    data = {one.id: True for one in exact.operations}
    block = [one for one in exact.operations if one.path.startswith("block")]
    crossing = crossing_of(exact, block, "block", data)
    assert [tensor.shape[-1] for tensor in crossing.outputs] == [16, 2]
    assert exact.operation(crossing.result).path == "block.out"
    assert [tensor.shape[-1] for tensor in crossing_of_model(exact).outputs] == [4, 2]
