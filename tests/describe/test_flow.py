"""The flow of data between inputs and outputs, without what scales or selects it."""

from __future__ import annotations

from tests.graphs import Net
from visualize.describe.flow import main_flow


def test_only_what_leads_from_an_input_to_an_output() -> None:
    net = Net()
    x = net.input()
    y = net.add(net.conv(x), net.constant("bias", 8))
    unread = net.conv(y)
    net.output(y)
    flow = main_flow(net.build())
    assert list(flow) == ["x", "conv2d0", "add", "output"]
    assert unread not in flow


def test_a_gate_is_beside_the_flow() -> None:
    net = Net()
    x = net.conv(net.input())
    net.output(net.mul(x, net.module("Sigmoid", net.conv(net.global_pool(x)))))
    assert list(main_flow(net.build())) == ["x", "conv2d0", "mul", "output"]


def test_the_scale_of_a_shortcut_is_beside_it_and_still_part_of_the_work() -> None:
    net = Net()
    x = net.input()
    gate = net.module("Sigmoid", net.conv(x))
    rest = net.function("rsub", gate, other=1)
    work = net.mul(net.module("ReLU", net.conv(x)), gate)
    kept = net.mul(x, rest)
    net.output(net.add(work, kept))
    flow = main_flow(net.build())
    assert rest not in flow
    assert set(flow.pred[kept]) == {x}
    assert gate in flow.pred[work]


def test_an_index_beside_features_selects_and_an_index_alone_is_data() -> None:
    net = Net()
    x = net.input(4, 8)
    router = net.function("argmax", net.linear(x, 2), dtype="int64", shape=(4,))
    chosen = net.function("index_select", x, router, shape=(4, 8))
    code = net.function("argmax", net.linear(chosen), dtype="int64", shape=(4,))
    table = net.module("Embedding", code, shape=(4, 8), weights=((8, 8),))
    net.output(table)
    flow = main_flow(net.build())
    assert router not in flow
    assert set(flow.pred[chosen]) == {x}
    assert code in flow
