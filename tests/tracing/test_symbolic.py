"""Symbolic tracing: kinds of model, and what it cannot follow."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import fx, nn

import visualize
from tests.tracing.nets import (
    IMAGE,
    Block,
    Branching,
    Repeated,
    input_shapes,
    types_of,
)
from visualize.core.architecture import NodeKind
from visualize.core.errors import (
    UntraceableError,
)


def test_a_graph_module_is_taken_as_it_is():
    model = Repeated()
    expected = visualize.trace(model, IMAGE)
    architecture = visualize.trace(fx.symbolic_trace(model), IMAGE)
    assert types_of(architecture) == types_of(expected)
    paths = [layer.path for layer in architecture.operations]
    assert paths == [layer.path for layer in expected.operations]
    assert (architecture.parameters, architecture.macs) == (expected.parameters, expected.macs)


def test_a_graph_module_keeps_its_own_graph():
    model = fx.symbolic_trace(Repeated())
    code, metas = model.code, [dict(node.meta) for node in model.graph.nodes]
    visualize.trace(model, IMAGE)
    assert model.code == code
    assert [dict(node.meta) for node in model.graph.nodes] == metas


def test_a_leaf_module_is_a_model():
    architecture = visualize.trace(nn.Linear(4, 3), (2, 4))
    assert types_of(architecture) == ["input", "Linear", "output"]
    (linear,) = [layer for layer in architecture.operations if layer.kind is NodeKind.MODULE]
    assert (linear.parameters, linear.macs, linear.module_class) == (15, 24, "torch.nn.Linear")
    assert linear.outputs[0].shape == (2, 3)


def test_a_leaf_module_with_several_inputs_is_a_model():
    attention = nn.MultiheadAttention(8, 2, batch_first=True)
    architecture = visualize.trace(attention, [(2, 5, 8), (2, 7, 8), (2, 7, 8)])
    assert input_shapes(architecture) == {"query": (2, 5, 8), "key": (2, 7, 8), "value": (2, 7, 8)}
    (layer,) = [layer for layer in architecture.operations if layer.kind is NodeKind.MODULE]
    assert layer.parameters == architecture.parameters == 4 * (8 * 8 + 8)
    assert [tensor.shape for tensor in layer.outputs] == [(2, 5, 8), (2, 5, 7)]


def _place(function: Callable[..., Any], text: str) -> str:
    """File, number and source of the line of ``function`` that holds ``text``."""
    lines, start = inspect.getsourcelines(function)
    (offset,) = [index for index, line in enumerate(lines) if text in line]
    return f"{Path(inspect.getfile(function)).name}:{start + offset}: `{lines[offset].strip()}`"


class Iterating(nn.Module):
    def forward(self, x):
        return torch.stack([row + 1 for row in x])


class Measuring(nn.Module):
    def forward(self, x):
        return x * float(x.mean())


@pytest.mark.parametrize(
    ("model", "function", "text"),
    [
        (Branching(), Branching.finish, "if x.sum() > 0"),
        (Iterating(), Iterating.forward, "for row in x"),
        (Measuring(), Measuring.forward, "float(x.mean())"),
    ],
)
def test_what_cannot_be_traced_is_named_with_its_line(
    model: nn.Module, function: Callable[..., Any], text: str
):
    with pytest.raises(UntraceableError) as caught:
        visualize.trace(model, IMAGE, tracer="symbolic")
    assert caught.value.line == _place(function, text)
    assert str(caught.value).startswith(caught.value.line)


def test_a_forward_set_on_the_model_is_the_one_traced():
    model = Block()
    plain = model.forward
    model.forward = lambda x: plain(x) * 2
    assert "mul" in types_of(visualize.trace(model, IMAGE))
