"""What carries a feature back from a merge."""

from __future__ import annotations

from tests.found_skips import found
from tests.graphs import Net
from visualize.annotate.skips.chain import Link, carried, chain
from visualize.annotate.skips.flow import Flow


def test_ends_where_two_features_meet(net: Net, x: str) -> None:
    net.conv(net.add(x, net.conv(x, name="one")), name="two")
    assert list(chain(Flow(net.graph), "two")) == [Link("two"), Link("add", ("two",), ("two",))]


def test_a_constant_does_not_end_it(net: Net, x: str) -> None:
    net.add(net.constant("bias", 8, 1, 1), x)
    assert [link.node for link in chain(Flow(net.graph), "add")] == ["add", "x"]


def test_goes_through_a_broadcast_gate(net: Net, x: str) -> None:
    net.mul(net.function("tanh", net.conv(net.global_pool(x))), x)
    assert carried(Flow(net.graph), "mul") == "x"


def test_goes_through_a_gate_of_the_same_shape(net: Net, x: str) -> None:
    gate = net.function("sub", net.function("sigmoid", net.conv(x)), **{"a": 1})
    net.mul(net.conv(x, name="carried"), gate)
    assert carried(Flow(net.graph), "mul") == "carried"


def test_a_product_of_equals_ends_it(net: Net, x: str) -> None:
    net.mul(net.conv(x), net.conv(x))
    net.mul(x, x)
    flow = Flow(net.graph)
    assert (carried(flow, "mul"), carried(flow, "mul_1")) == (None, None)


def test_a_split_whose_pieces_are_joined_again(net: Net, x: str) -> None:
    token, rest = net.split("split", x, (1, 8, 1, 16), (1, 8, 15, 16))
    pooled = net.function("max_pool2d", rest, shape=(1, 8, 7, 16))
    branch = net.function("cat", token, pooled, shape=(1, 8, 8, 16), dim=2)
    y = net.norm(net.conv(x, name="conv"), "norm")
    y = net.conv(net.function("max_pool2d", y, shape=(1, 8, 8, 16)), name="last")
    net.add(branch, y)
    passed = ("split", "getitem", "getitem_1", "max_pool2d", "cat")
    assert found(net) == [("projection", "x", "add", passed)]
    marked = [(one, two) for one, two, wire in net.build().wires if wire.skip == 0]
    assert set(marked) == {
        ("x", "split"), ("split", "getitem"), ("split", "getitem_1"), ("getitem_1", "max_pool2d"),
        ("getitem", "cat"), ("max_pool2d", "cat"), ("cat", "add"),
    }  # fmt: skip


def test_a_split_of_which_a_piece_is_left_out(net: Net, x: str) -> None:
    one, two, _ = net.split("split", x, *[(1, 2, 16, 16)] * 3)
    net.function("cat", one, two, shape=(1, 4, 16, 16), dim=1)
    assert [link.node for link in chain(Flow(net.graph), "cat")] == ["cat"]
