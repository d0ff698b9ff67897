"""The resolution of features, whatever the order of their dimensions."""

from __future__ import annotations

import pytest

from tests.graphs import Net
from visualize.annotate.skips.flow import Flow
from visualize.annotate.skips.resolution import Resolution


def level(net: Net, node: str) -> float | None:
    return Resolution(Flow(net.graph)).level(node)


def test_channels_first(net: Net, x: str) -> None:
    y = net.conv(x, stride=2)
    assert (level(net, x), level(net, y)) == (256, 64)


def test_channels_last_and_tokens(net: Net) -> None:
    x = net.linear(net.input(1, 16, 16, 3), 8)
    tokens = net.function("flatten", x, shape=(1, 256, 8), **{"1": 1, "2": 2})
    turned = net.function("transpose", tokens, shape=(1, 8, 256), **{"1": 1, "2": 2})
    assert [level(net, node) for node in (x, tokens, turned)] == [256, 256, 256]


def test_merged_patches(net: Net) -> None:
    x = net.linear(net.input(1, 256, 8), 8)
    patches = net.function("reshape", x, shape=(1, 64, 32))
    merged = net.linear(patches, 16)
    parted = net.function("reshape", net.linear(merged, 32), shape=(1, 256, 8))
    assert [level(net, node) for node in (x, merged, net.linear(parted))] == [256, 64, 256]


def test_a_layer_that_mixes_positions(net: Net) -> None:
    x = net.linear(net.input(1, 16, 32), 32)
    turned = net.function("transpose", x, shape=(1, 32, 16), **{"1": 1, "2": 2})
    mixed = net.linear(net.linear(turned, 4), 16)
    assert level(net, net.function("transpose", mixed, shape=(1, 16, 32))) == 16


@pytest.mark.parametrize(("kind", "size"), [("pad", 20), ("zeropad2d", 20), ("constant_pad2d", 18)])
def test_padding_keeps_the_resolution(net: Net, x: str, kind: str, size: int) -> None:
    x = net.conv(x)
    assert level(net, net.function(kind, x, shape=(1, 8, size, size))) == 256


def test_what_a_convolution_loses_at_the_border(net: Net, x: str) -> None:
    y = net.function(
        "conv2d", net.conv(x), net.constant("kernel", 8, 8, 9, 9), shape=(1, 8, 8, 8), stride=1
    )
    assert level(net, y) == 256


def test_every_second_position_is_a_lower_resolution(net: Net, x: str) -> None:
    every, second, inner = "slice(None, None, None)", "slice(None, None, 2)", "slice(1, -1, None)"
    x = net.conv(x)
    crop = net.function("getitem", x, shape=(1, 8, 16, 14), b=[every, every, every, inner])
    part = net.function("getitem", x, shape=(1, 8, 8, 8), b=[every, every, second, second])
    assert (level(net, crop), level(net, part)) == (256, 64)


def test_what_comes_up(net: Net, x: str) -> None:
    down = net.conv(x, stride=2)
    up = net.resize("Upsample", down, 2)
    work = net.conv(up)
    both = net.add(work, x)
    rising = Resolution(Flow(net.graph)).rising
    assert [node in rising for node in (down, up, work, both)] == [False, True, True, False]
