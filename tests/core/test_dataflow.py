"""What operations are computed from, and which of them an output reads."""

from __future__ import annotations

import networkx as nx
import torch
from hypothesis import given
from torch import Tensor, nn

import visualize
from tests.diagrams import at_random
from tests.graphs import Net, architectures
from visualize.core.architecture import Architecture, NodeKind
from visualize.core.dataflow import Dataflow, Origin


def test_origins() -> None:
    net = Net()
    x = net.input(1, 8)
    weight, table = net.constant("weight", 8), net.constant("table", 8, buffer=True)
    noise = net.function("randn_like", x, data=False)
    made = {
        net.linear(x): Origin.DATA,
        net.add(x, noise): Origin.DATA,
        net.mul(noise, weight): Origin.NOISE,
        net.add(table, weight): Origin.WEIGHTS,
        net.linear(table): Origin.WEIGHTS,
        net.function("sin", table): Origin.CONSTANT,
        net.function("zeros_like", weight): Origin.CONSTANT,
    }
    net.output(*made)
    flow = Dataflow.of(net.build())
    assert {node: flow.origins[node] for node in made} == made


def test_only_values_that_are_read_count() -> None:
    net = Net()
    like = net.function("zeros_like", net.constant("weight", 8))
    net.output(net.add(net.input(1, 8), like))
    flow = Dataflow.of(net.build())
    assert flow.sources(like) == []
    assert flow.sources("add") == ["x", like]


def test_what_leads_to_no_output_is_not_live() -> None:
    net = Net()
    x = net.conv(net.input())
    net.add(net.function("std", x), net.constant("bias", 1))
    net.output(net.conv(x))
    assert Dataflow.of(net.build()).live == {"x", "conv2d0", "conv2d1", "output"}


def test_all_is_live_where_no_output_reads_anything() -> None:
    net = Net()
    net.conv(net.input())
    net.output()
    assert Dataflow.of(net.build()).live == {"x", "conv2d0", "output"}


@at_random
@given(architecture=architectures())
def test_live_is_what_reaches_an_output(architecture: Architecture) -> None:
    ends = [one.id for one in architecture.operations if one.kind is NodeKind.OUTPUT]
    reaching = set(ends).union(*(nx.ancestors(architecture.graph, end) for end in ends))
    assert Dataflow.of(architecture).live == reaching


class Overwritten(nn.Module):
    """Tensors shaped like data whose values are not those of data."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        h = self.layer(x)
        noise = torch.empty_like(h).normal_() * h.new_empty(h.shape).uniform_()
        filled = h.clone().fill_(2.0) + torch.ones(4).to(h)
        drawn = torch.bernoulli(torch.sigmoid(h))
        return h + noise + filled + drawn


def test_what_is_written_over_is_no_data() -> None:
    architecture = visualize.trace(Overwritten().eval(), (1, 4))
    flow = Dataflow.of(architecture)
    found = {one.type: flow.origins[one.id] for one in architecture.operations}
    assert found["normal"] is found["uniform"] is Origin.NOISE
    assert found["fill"] is found["to"] is Origin.CONSTANT
    assert found["bernoulli"] is Origin.DATA
