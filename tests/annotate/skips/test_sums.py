"""Weighted sums, and the terms that they consist of."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import visualize
from tests.graphs import Net
from visualize.annotate.skips.flow import Flow
from visualize.annotate.skips.sums import WeightedSum, weighted_sums


def sums(net: Net) -> list[WeightedSum]:
    return list(weighted_sums(Flow(net.graph)))


def test_an_add_of_adds_is_one_sum_unless_something_else_reads_the_inner_one() -> None:
    net = Net()
    x, y, z = (net.conv(net.input(name=name), name=f"conv_{name}") for name in "xyz")
    inner = net.add(x, y)
    outer = net.function("sub", inner, net.function("dropout", z))
    net.output(outer)
    (found,) = sums(net)
    assert found.node == outer
    assert [term.source for term in found.terms] == ["conv_x", "conv_y", "conv_z"]
    assert [term.way for term in found.terms] == [(inner,), (inner,), ("dropout",)]
    net.output(inner)
    assert [found.node for found in sums(net)] == [inner, outer]


def test_terms_are_followed_through_views_casts_and_weights() -> None:
    net = Net()
    x = net.conv(net.input(), name="conv")
    scaled = net.mul(net.function("float", x), net.constant("scale", 1))
    halved = net.function("mul", scaled)  # by a plain number
    net.output(net.add(halved, net.function("neg", net.conv(x))))
    (found,) = sums(net)
    one, other = found.terms
    assert (one.source, one.is_weighted, one.way) == (x, True, ("float", "mul", "mul_1"))
    assert (other.source, other.is_weighted, other.way) == ("conv2d0", False, ("neg",))


def test_a_sum_of_a_product_with_a_stack() -> None:
    net = Net()
    states = [net.input(1, 8, 4, 4)]
    for number in range(2):
        states.append(net.conv(states[-1], name=f"conv{number}"))
    stack = net.function("stack", *states, shape=(3, 1, 8, 4, 4))
    product = net.mul(stack, net.constant("weights", 3, 1, 1, 1, 1))
    net.output(net.function("sum", product, shape=(1, 8, 4, 4)))
    (found,) = sums(net)
    assert found.is_stacked
    assert [term.source for term in found.terms] == states
    assert all(term.is_weighted and term.way == (stack, product) for term in found.terms)


class Streams(nn.Module):
    """Mixes four streams with a layer of their own, or with one of the channels."""

    def __init__(self, expanded: bool) -> None:
        super().__init__()
        self.expanded = expanded
        self.mix, self.work = nn.Linear(4, 4), nn.Linear(16, 16)

    def forward(self, streams: Tensor) -> Tensor:
        work = self.work(streams.mean(-2) if self.expanded else streams)
        mixed = self.mix(streams.transpose(-1, -2)).transpose(-1, -2)
        return mixed + (work.unsqueeze(-2) if self.expanded else work)


def test_a_matrix_mixes_streams_only_where_something_without_streams_is_added() -> None:
    for expanded, streams in ((True, [4, 1]), (False, [1, 1])):
        graph = visualize.trace(Streams(expanded), torch.zeros(1, 8, 4, 16)).graph
        found = [one for one in weighted_sums(Flow(graph)) if not one.is_stacked]
        assert [[term.streams for term in one.terms] for one in found] == [streams]
