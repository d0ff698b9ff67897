"""Operators of scripts: found by their schema, defaults left out, convolutions by name."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import visualize
from visualize.tracing.scripted.operators import operator_call

pytestmark = pytest.mark.filterwarnings("ignore")


def _nodes(module: nn.Module, *inputs: torch.Tensor) -> tuple[Any, list[Any]]:
    graph = torch.jit.trace(module, inputs, check_trace=False).inlined_graph  # type: ignore[no-untyped-call]
    return graph, list(graph.nodes())


class Rectified(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.softmax(x, 1)


def test_defaults_are_left_out() -> None:
    _graph, nodes = _nodes(Rectified(), torch.zeros(1, 2))
    (node,) = [node for node in nodes if node.kind() == "aten::softmax"]
    x = torch.zeros(1, 2)
    call = operator_call(node, [x, 1, None])
    assert call is not None
    assert call.function is torch.ops.aten.softmax.int
    assert (call.args, call.kwargs) == ([x, 1], {})


@pytest.mark.parametrize(
    ("layer", "shape", "function"),
    [
        (nn.Conv1d(2, 2, 1), (1, 2, 3), torch.ops.aten.conv1d.default),
        (nn.Conv2d(2, 2, 1), (1, 2, 3, 3), torch.ops.aten.conv2d.default),
        (nn.ConvTranspose1d(2, 2, 1), (1, 2, 3), torch.ops.aten.conv_transpose1d.default),
        (nn.ConvTranspose2d(2, 2, 1), (1, 2, 3, 3), torch.ops.aten.conv_transpose2d.input),
    ],
)
def test_convolutions_are_those_that_users_know(
    layer: nn.Module, shape: tuple[int, ...], function: object
) -> None:
    image = torch.rand(shape)
    _graph, nodes = _nodes(layer, image)
    (node,) = [node for node in nodes if node.kind() == "aten::_convolution"]
    transposed = "Transpose" in type(layer).__name__
    rank = len(shape) - 2
    one, zero = [1] * rank, [0] * rank
    given = [image, layer.weight, layer.bias, one, zero, one, transposed, zero, 1, False, False]
    call = operator_call(node, given)
    assert call is not None
    assert call.function is function
    assert torch.allclose(call.function(*call.args, **call.kwargs), layer(image))


def test_what_is_no_operator_is_not_called() -> None:
    class Node:
        def __init__(self, kind: str, schema: str) -> None:
            self.kind = lambda: kind
            self.schema = lambda: schema

    assert operator_call(Node("prim::CallMethod", "(no schema)"), []) is None
    assert operator_call(Node("aten::save", "aten::save(t item, str filename) -> ()"), []) is None


class Steep(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, scale: float, x: torch.Tensor, power: int) -> torch.Tensor:
        return scale * x**power

    @staticmethod
    def backward(context: Any, *gradients: torch.Tensor) -> Any:
        return None, *gradients, None


class Custom(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return Steep.apply(0.5, x, 3)


def test_a_function_of_python_is_called_with_what_the_script_holds() -> None:
    _graph, nodes = _nodes(Custom(), torch.zeros(1, 2))
    (node,) = [node for node in nodes if node.kind() == "prim::PythonOp"]
    x = torch.tensor([2.0])
    call = operator_call(node, [x])
    assert call is not None
    assert list(call.args) == [0.5, x, 3]
    assert call.function(*call.args).item() == 4


def test_a_function_of_python_has_the_name_of_its_class() -> None:
    script = torch.jit.trace(Custom(), torch.zeros(1, 2), check_trace=False)  # type: ignore[no-untyped-call]
    exact = visualize.trace(script, (1, 2))
    assert [one.type for one in exact.operations] == ["input", "Steep", "output"]


class Saving(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        torch.save(x, "never-written")
        torch.manual_seed(3)
        y = torch.from_file("never-read", True, 4, dtype=torch.float32)
        return torch.relu(x) + y


def test_operators_that_do_more_than_compute_are_never_called() -> None:
    graph = torch.jit.script(Saving()).graph
    called = {node.kind(): operator_call(node, [None] * 9) for node in graph.nodes()}
    for name in ("save", "manual_seed", "from_file"):
        assert called[f"aten::{name}"] is None
    assert called["aten::relu"] is not None
