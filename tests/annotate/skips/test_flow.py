"""What the analysis reads off a graph."""

from __future__ import annotations

import pytest

from tests.found_skips import found
from tests.graphs import Net
from visualize.annotate.skips.flow import Flow


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


def test_indices_and_masks_carry_nothing() -> None:
    net = Net()
    x = net.input()
    mask = net.function("gt", x, dtype="bool")
    net.function("where", mask, x, net.conv(x, name="conv"))
    inflows = Flow(net.graph).inflows
    assert [inflow.source for inflow in inflows["where"]] == ["x", "conv"]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((3, 8), True), ((3,), False), ((3, 1), False), ((), False), ((1, 3), True), ((8,), True)],
)
def test_one_value_a_sample_is_no_feature(shape: tuple[int, ...], expected: bool) -> None:
    net = Net()
    x = net.input(3, 8)
    net.function("sum", x, shape=shape)
    assert Flow(net.graph).holds_feature("sum") == expected


def test_a_log_determinant_is_no_merge_of_features() -> None:
    net = Net()
    x = net.input(3, 8)
    total = net.function("sum", net.linear(x, name="one"), shape=(3,))
    net.add(total, net.function("sum", net.linear(net.linear(x)), shape=(3,)))
    net.add(x, net.linear(x))
    assert [(kind, fork) for kind, fork, *_ in found(net)] == [("identity", "x")]
