"""What the analysis reads off a graph."""

from __future__ import annotations

from tests.graphs import Net
from visualize.annotate.skips.flow import Flow


def test_chain_ends_where_two_tensors_meet() -> None:
    net = Net()
    x = net.input()
    net.conv(net.add(x, net.conv(x, name="one")), name="two")
    assert list(Flow(net.graph).chain("two")) == ["two", "add"]


def test_weights_of_constant_inputs_are_those_of_their_reader() -> None:
    net = Net()
    table = net.constant("table", 8, 8)
    net.function("einsum", net.input(), net.function("transpose", table))
    flow = Flow(net.graph)
    assert flow.weights["einsum"] == ((8, 8),)
    assert (flow.parameters["einsum"], flow.parameters["table"]) == (64, 0)


def test_depth_is_that_of_the_deepest_path() -> None:
    net = Net()
    x = net.input()
    net.add(net.conv(net.conv(x)), net.conv(x))
    flow = Flow(net.graph)
    assert flow.depth(flow.order[1:]) == 2
