"""What one sample costs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

import visualize
from tests import nets
from visualize.core.facts import Cost, Sample, Work


def cost(model: nn.Module | str, inputs: object = None) -> Cost:
    """The cost of a model."""
    return visualize.summarize(model, inputs).facts.cost


def test_the_cost_of_an_image() -> None:
    assert cost("resnet18") == Cost(
        macs=1_814_073_344,
        batch_macs=1_814_073_344,
        sample=Sample.IMAGE,
        shape=(3, 224, 224),
        counted=(Work.CONVOLUTION, Work.LINEAR),
        uncounted=(Work.NORM, Work.ACTIVATION, Work.POOLING, Work.ADDITION),
        projection_macs=19_267_584,
    )


def test_a_batch_is_divided_out() -> None:
    one, several = cost(nets.Residual(), (1, 3, 16, 16)), cost(nets.Residual(), (8, 3, 16, 16))
    assert (several.macs, several.batch, one.batch) == (one.macs, 8, 1)


class Normalized(nn.Module):
    """A weight that is computed once for a batch: W = A B."""

    def __init__(self) -> None:
        super().__init__()
        self.left, self.right = nn.Parameter(torch.ones(6, 2)), nn.Parameter(torch.ones(2, 4))

    def forward(self, x: Tensor) -> Tensor:
        """Multiply with the product."""
        return nn.functional.linear(x, self.left @ self.right)


class LowRank(nn.Module):
    """A parametrisation that adds a product of two matrices."""

    def __init__(self) -> None:
        super().__init__()
        self.left, self.right = nn.Parameter(torch.ones(6, 2)), nn.Parameter(torch.ones(2, 4))

    def forward(self, weight: Tensor) -> Tensor:
        """Add their product."""
        return weight + self.left @ self.right


def adapted() -> nn.Module:
    """A linear layer with such a weight."""
    layer = nn.Linear(4, 6)
    parametrize.register_parametrization(layer, "weight", LowRank())
    return nn.Sequential(layer)


@pytest.mark.parametrize("make", [Normalized, adapted])
def test_work_on_weights_is_not_divided(make: Callable[[], nn.Module]) -> None:
    assert cost(make(), (1, 4)).macs == 6 * 2 * 4 + 6 * 4
    several = cost(make(), (8, 4))
    assert several.macs == 6 * 2 * 4 + 6 * 4
    assert several.batch_macs == 6 * 2 * 4 + 8 * 6 * 4


def test_tokens_images_and_other_inputs() -> None:
    tokens = cost(nets.Transformer(), torch.zeros(2, 8, dtype=torch.int64))
    assert (tokens.sample, tokens.shape) == (Sample.SEQUENCE, (8,))
    assert Work.ATTENTION in tokens.counted
    assert Work.EMBEDDING in tokens.uncounted
    vector = cost(nn.Linear(4, 2), (1, 4))
    assert (vector.sample, vector.shape) == (Sample.INPUT, (4,))
    assert cost(nn.Conv2d(1, 2, 3), (1, 1, 28, 28)).sample is Sample.INPUT
    assert cost(nn.Conv2d(3, 2, 3), (1, 3, 28, 28)).sample is Sample.IMAGE
    assert cost(nets.TwoTowers(), [(1, 6), (1, 6)]).sample is Sample.INPUTS


class Graph(nn.Module):
    """Nodes and the matrix of their edges: neither has a batch."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(5, 3)

    def forward(self, nodes: Tensor, edges: Tensor) -> Tensor:
        """Send features along the edges."""
        return edges @ self.layer(nodes)


def test_a_graph_is_one_run() -> None:
    graph = cost(Graph(), [(7, 5), (7, 7)])
    assert (graph.sample, graph.batch) == (Sample.RUN, 1)
    assert graph.counted == (Work.LINEAR, Work.PRODUCT)


def test_recurrent_layers_and_written_out_attention() -> None:
    assert cost(nn.LSTM(4, 8), (5, 1, 4)).counted == (Work.RECURRENT,)

    class Attends(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return (x @ x.transpose(-1, -2) / 2).softmax(-1) @ x

    assert cost(Attends(), (1, 6, 4)).counted == (Work.ATTENTION,)
