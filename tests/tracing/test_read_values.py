"""Numbers that are read out of tensors belong to one example: they are connected, never printed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, fx, nn

import visualize
from visualize.core.traced import SourceLine
from visualize.tracing.read_values import ReadValues

READ = "a value was read out of a tensor (test_read_values.py:"
IMAGE = (1, 4)


class Net(nn.Module):
    """A layer, and what is done with it and the inputs."""

    def __init__(self, run: Callable[..., Tensor]) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)
        self.run = run

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.run(self.layer, *inputs)


def drawn(run: Callable[..., Tensor], *inputs: Any) -> visualize.Figure:
    return visualize.draw(Net(run), inputs or (IMAGE,), level="op")


FLOATS: dict[str, tuple[Callable[..., Tensor], str, str]] = {
    "item": (lambda a, x: a(x) * x.abs().mean().item(), "mean", "mul"),
    "float": (lambda a, x: a(x) / float(x.max()), "max", "div"),
    "computed": (lambda a, x: a(x) * (float(x.max()) / 127), "max", "mul"),
    "computed by Python": (lambda a, x: a(x) + math.sqrt(x.amax().item()), "amax", "add"),
    "list": (lambda a, x: a(x) - x.abs().tolist()[0][1], "abs", "sub"),
    "argument": (lambda a, x: a(x).clamp(max=x.max().item()), "max", "clamp"),
}


@pytest.mark.parametrize("name", FLOATS)
def test_a_number_that_is_read_is_the_tensor_it_is_read_from(name: str) -> None:
    run, source, target = FLOATS[name]
    figure = drawn(run)
    exact = figure.architecture
    assert any(note.startswith(READ) for note in exact.notes)
    (reader,) = (one.id for one in exact.operations if one.type == target)
    assert source in {exact.operation(read).type for read, *_ in exact.inputs(reader)}
    texts = [line for box in figure.scene.boxes for line in box.label]
    assert not any(re.search(r"\d\.\d", text) for text in texts)
    assert figure.scene.boxes[0].label == ("x 4",) or "inputs" in figure.scene.boxes[0].label[0]


def test_common_numbers_are_known_from_another_run() -> None:
    exact = drawn(lambda a, x: a(x) * x.mean().item(), torch.ones(1, 4)).architecture
    (product,) = (one.id for one in exact.operations if one.type == "mul")
    assert [exact.operation(source).type for source, *_ in exact.inputs(product)] == [
        "Linear",
        "mean",
    ]


def test_whole_numbers_are_operands_or_sizes() -> None:
    lengths = torch.tensor([13, 2])
    exact = drawn(lambda a, x, n: a(x) / n.max().item(), IMAGE, lengths).architecture
    (quotient,) = (one.id for one in exact.operations if one.type == "div")
    assert [exact.operation(source).type for source, *_ in exact.inputs(quotient)] == [
        "Linear",
        "max",
    ]
    cut = drawn(lambda a, x, n: a(x)[:, : int(n.min())], IMAGE, torch.tensor([3, 4])).architecture
    (slice_,) = (one.id for one in cut.operations if one.type == "getitem")
    assert [cut.operation(source).type for source, *_ in cut.inputs(slice_)] == ["Linear"]
    assert any(note.startswith(READ) for note in cut.notes)


def test_numbers_of_the_model_stay() -> None:
    figure = drawn(lambda a, x: a(x) * 0.25 + 7 + 0 * x.sum().item())
    texts = [line for box in figure.scene.boxes for line in box.label]
    assert {"× 0.25", "+ 7"} <= set(texts)


def test_what_is_read_of_a_weight_is_that_weight() -> None:
    exact = drawn(lambda a, x: a(x) * a.weight.abs().max().item()).architecture
    (product,) = (one.id for one in exact.operations if one.type == "mul")
    assert [exact.operation(source).type for source, *_ in exact.inputs(product)] == [
        "Linear",
        "max",
    ]
    assert not any(note.startswith(READ) for note in exact.notes)


@pytest.mark.parametrize(
    ("run", "name"),
    [
        (lambda a, x: a(x[(x[:, 0] > 0.4).nonzero().flatten()]), "nonzero"),
        (lambda a, x: a(x).masked_select(x > 0.4), "masked_select"),
        (lambda a, x: a(x) * x.round().unique().sum(), "unique"),
        (lambda a, x: a(x)[x[:, 0] > 0.4], "indexing"),
        (lambda a, x: a(x)[:, x[0] > 0.4], "indexing"),
    ],
)
def test_sizes_that_depend_on_values_are_noted(run: Callable[..., Tensor], name: str) -> None:
    notes = drawn(run, (8, 4)).architecture.notes
    assert f"the size of what {name} returns depends on values" in notes


def test_a_branch_reads_no_number() -> None:
    exact = drawn(lambda a, x: a(x) if x.sum() > 1e9 else a(x) * 2).architecture
    assert not any(note.startswith(READ) for note in exact.notes)


def test_a_place_is_noted_once_and_three_in_all() -> None:
    def run(layer: nn.Module, x: Tensor) -> Tensor:
        for _ in range(3):
            x = x * x.mean().item()
        x = x * x.max().item()
        x = x * x.min().item()
        return x * x.sum().item()

    notes = drawn(run).architecture.notes
    assert sum(note.startswith(READ) for note in notes) == 3


def test_graphs_that_differ_say_nothing_of_numbers() -> None:
    graph, again = fx.Graph(), fx.Graph()
    x = graph.placeholder("x")
    read = ReadValues()
    read.add(x, 0.123456789, SourceLine("net.py", 3))
    known = graph.call_method("mul", (x, 0.123456789))
    other = graph.call_method("mul", (x, 0.5))
    again.placeholder("x")
    read.connect(graph, again)
    assert (known.args, other.args) == ((x, x), (x, 0.5))
    assert read.notes == ["a value was read out of a tensor (net.py:3)"]
