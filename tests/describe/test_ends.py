"""What people call the ends of a skip connection."""

from __future__ import annotations

from tests.graphs import Net, resnet
from visualize.core.architecture import Architecture
from visualize.describe.ends import Ends


def ends(exact: Architecture) -> list[tuple[str, str]]:
    names = Ends(exact)
    return [(names.of_fork(skip.fork), names.of_merge(skip.merge)) for skip in exact.skips]


def test_blocks_that_end_with_an_activation_after_the_merge() -> None:
    assert ends(resnet()) == [
        ("relu", "layer1[0]"),
        ("layer1[0]", "layer1[1]"),
        ("layer1[1]", "layer2[0]"),
        ("layer2[0]", "layer2[1]"),
    ]


def prenorm(net: Net, x: str) -> str:
    for name in ("attention", "mlp"):
        with net.call(name, "Sequential"):
            y = net.linear(net.linear(x, name="0"), name="1")
        x = net.add(x, y)
    return x


def test_a_merge_inside_a_block_is_a_numbered_function_of_it() -> None:
    net = Net()
    x = net.input(1, 16, 8)
    with net.call("embed", "Sequential"):
        x = net.module("LayerNorm", net.linear(x, name="0"), name="1")
    with net.call("blocks", "ModuleList"):
        for number in range(2):
            with net.call(str(number), "Block"):
                x = net.linear(prenorm(net, x), name="last")
    net.output(x)
    assert ends(net.build()) == [
        ("embed", "blocks[0].add"),
        ("blocks[0].add", "blocks[0].add_2"),
        ("blocks[0]", "blocks[1].add"),
        ("blocks[1].add", "blocks[1].add_2"),
    ]


def test_the_innermost_block_of_a_list_is_named_and_not_the_list_or_what_ends_with_it() -> None:
    net = Net()
    x = net.input()
    with net.call("encoder", "Encoder"), net.call("layers", "Sequential"):
        for number in range(2):
            with net.call(str(number), "Block"), net.call("output", "Output"):
                x = net.add(net.conv(x, name="conv"), x)
    net.output(net.add(net.conv(x, name="head"), x))
    assert ends(net.build()) == [
        ("x", "encoder.layers[0]"),
        ("encoder.layers[0]", "encoder.layers[1]"),
        ("encoder.layers[1]", "add"),
    ]
