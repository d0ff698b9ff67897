"""Layers side by side that one matrix could replace count as one."""

from __future__ import annotations

from tests.graphs import Net
from visualize.core.architecture import Architecture
from visualize.describe.factors import same_matrix
from visualize.describe.weighted import weighted_layers


def number(exact: Architecture) -> int:
    layers = weighted_layers(exact)
    return layers.number(layers.lengths)


def attention(net: Net, q: str, k: str, v: str) -> str:
    scores = net.function("matmul", q, net.function("transpose", k), shape=(1, 4, 4))
    return net.function("matmul", net.function("softmax", scores), v, shape=net.shape(v))


def test_the_projections_of_an_attention() -> None:
    net = Net()
    x = net.input(1, 4, 8)
    q, k, v = (net.linear(net.function("dropout", x)) for _ in range(3))
    net.output(net.linear(attention(net, q, net.function("view", k), v)))
    exact = net.build()
    assert number(exact) == 2
    assert same_matrix(exact, [q, k, v]) == {q: q, k: q, v: q}


def test_what_attends_to_another_tensor_has_a_layer_for_each() -> None:
    net = Net()
    x, memory = net.input(1, 4, 8), net.input(1, 4, 8, name="memory")
    net.output(attention(net, net.linear(x), net.linear(memory), net.linear(memory)))
    assert number(net.build()) == 2


def test_the_halves_of_a_gated_linear_unit() -> None:
    net = Net()
    x = net.input(1, 4, 8)
    gate = net.function("silu", net.linear(x, 16))
    net.output(net.linear(net.mul(gate, net.linear(x, 16))))
    assert number(net.build()) == 2


def test_rotary_embedding_leaves_a_projection_what_it_is() -> None:
    net = Net()
    x = net.input(1, 4, 8)

    def rotated(y: str) -> str:
        half = net.function("cat", net.function("getitem", y), net.function("getitem", y))
        return net.add(net.function("mul", y), net.function("mul", half))

    net.output(attention(net, rotated(net.linear(x)), rotated(net.linear(x)), net.linear(x)))
    assert number(net.build()) == 1


def test_convolutions_are_one_if_their_windows_are() -> None:
    net = Net()
    x = net.input(1, 8, 4, 4)
    net.output(net.mul(net.conv(x), net.conv(x, 8)))
    assert number(net.build()) == 1


def test_branches_of_a_sum_or_concat_are_layers_of_their_own() -> None:
    for join in ("add", "cat"):
        net = Net()
        x = net.input(1, 8, 4, 4)
        net.output(net.function(join, net.conv(x), net.conv(x)))
        assert number(net.build()) == 2


def test_factors_that_other_layers_compute_are_layers_of_their_own() -> None:
    net = Net()
    x = net.input(1, 4, 8)
    net.output(net.mul(net.linear(net.linear(x)), net.linear(x)))
    assert number(net.build()) == 3


def test_a_chain_of_products_does_not_cost_its_square() -> None:
    net = Net()
    x = net.input(1, 4, 8)
    product = net.linear(x)
    for _ in range(40):
        product = net.mul(product, net.linear(net.linear(x)))
    net.output(product)
    assert number(net.build()) == 81
