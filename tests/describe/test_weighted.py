"""Weighted layers: what papers count as depth, and what is left out."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.graphs import Net
from tests.unregistered import Integers, Words
from visualize.core.architecture import NodeKind, Operation
from visualize.core.operators import counts_as_layer, has_weight_matrix
from visualize.describe.weighted import weighted_layers


def counted(model: nn.Module, inputs: object) -> dict[str, int]:
    """How many layers the operations of each type are, by type."""
    exact = visualize.trace(model, inputs)  # type: ignore[arg-type]
    return {
        exact.operation(node).type: number
        for node, number in weighted_layers(exact).lengths.items()
    }


def test_what_multiplies_with_weights_counts() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 4, 1))
    exact = visualize.trace(model, (1, 3, 8, 8))
    assert [exact.operation(node).type for node in weighted_layers(exact).lengths] == [
        "Conv2d",
        "Conv2d",
    ]


@pytest.mark.parametrize(("layers", "number"), [(1, 1), (3, 3)])
def test_a_recurrent_module_is_as_many_layers_as_are_stacked_in_it(
    layers: int, number: int
) -> None:
    assert counted(nn.LSTM(4, 4, layers), (1, 5, 4)) == {"LSTM": number}


class Attend(nn.Module):
    """Attention of torch.nn; which of its arguments are tensors of their own?"""

    def __init__(self, own: str) -> None:
        super().__init__()
        self.own = own
        self.attention = nn.MultiheadAttention(8, 2)

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:
        key = memory if "k" in self.own else x
        value = memory + 1 if "v" in self.own else key
        result: Tensor = self.attention(x, key, value)[0]
        return result


@pytest.mark.parametrize(("own", "layers"), [("", 2), ("k", 3), ("v", 3), ("kv", 4)])
def test_attention_has_a_layer_before_it_for_each_tensor_and_one_after_it(
    own: str, layers: int
) -> None:
    exact = visualize.trace(Attend(own), [torch.zeros(1, 5, 8), torch.zeros(1, 5, 8)])
    found = weighted_layers(exact)
    assert list(found.lengths.values()) == [2]
    assert found.number(found.lengths) == layers


class Deep(nn.Module):
    """Not a recurrent module, though it has a number of layers."""

    def __init__(self, num_layers: object) -> None:
        super().__init__()
        self.num_layers = num_layers
        self.weight = nn.Parameter(torch.ones(4, 4))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight


@pytest.mark.parametrize("num_layers", ["two", [2, 3], 4])
def test_a_number_of_layers_is_read_of_recurrent_modules_alone(num_layers: object) -> None:
    model = nn.Sequential(Deep(num_layers), nn.Linear(4, 2))
    exact = visualize.trace(model, (1, 4), leaves=["Deep"])
    assert [exact.operation(node).path for node in weighted_layers(exact).lengths] == ["0", "1"]
    assert visualize.summarize(model, (1, 4)).facts.depth.longest == 2


def test_a_recurrent_module_of_a_reader_may_number_its_layers_in_words() -> None:
    net = Net()
    x = net.input(1, 4)
    node = net.linear(x)
    operation = net.graph.nodes[node]["operation"]
    attributes = {"num_layers": "two"}
    net.graph.nodes[node]["operation"] = Operation(
        node, NodeKind.MODULE, "GRU", macs=16, weights=((4, 4),), attributes=attributes,
        outputs=operation.outputs,
    )  # fmt: skip
    net.output(node)
    assert weighted_layers(net.build()).lengths == {node: 1}


def test_embeddings_have_weights_and_add_no_depth() -> None:
    """So a block that holds one is a block with weights, and no deeper for it."""
    model = nn.Sequential(nn.Embedding(10, 4), nn.Linear(4, 2))
    assert counted(model, torch.zeros(1, 3, dtype=torch.int64)) == {"Linear": 1}
    assert has_weight_matrix("Embedding", [(10, 4)])
    assert not counts_as_layer("Embedding", [(10, 4)])


def test_a_function_counts_by_the_parameters_it_reads() -> None:
    class Functional(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight, self.bias = nn.Parameter(torch.ones(2, 4)), nn.Parameter(torch.ones(2))

        def forward(self, x: Tensor) -> Tensor:
            return nn.functional.linear(x, self.weight.float(), self.bias)

    assert counted(Functional(), (1, 4)) == {"linear": 1}


class Residual(nn.Module):
    """A residual block around two layers."""

    def __init__(self, first: nn.Module, second: nn.Module) -> None:
        super().__init__()
        self.first, self.second = first, second

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(torch.relu(self.first(x)))


@pytest.mark.parametrize(("first", "outputs"), [(Words(8, 16), 16), (Integers(), 4)])
@pytest.mark.parametrize("tracer", ["symbolic", "recorded"])
def test_quantized_weights_in_buffers_are_weights(
    first: nn.Module, outputs: int, tracer: str
) -> None:
    second = Words(outputs, 8) if outputs == 16 else nn.Linear(outputs, 8)
    exact = visualize.trace(Residual(first, second), (1, 8), tracer=tracer)
    assert len(weighted_layers(exact).lengths) == 2
    assert [skip.kind.value for skip in exact.skips] == ["identity"]
