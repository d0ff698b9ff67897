"""Which dimension holds the channels."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graphs import Net
from visualize.annotate.skips.channels import known_axes
from visualize.annotate.skips.flow import Flow


def axis(net: Net, node: str) -> int | None:
    return known_axes(Flow(net.graph)).get(node)


def test_layers_show_it(net: Net, x: str) -> None:
    assert axis(net, net.conv(x)) == 1
    assert axis(net, net.linear(net.input(1, 5, 8, name="tokens"))) == 2


def test_readers_show_it_of_an_input(net: Net, x: str) -> None:
    net.conv(net.function("relu", x))
    assert axis(net, x) == 1


@pytest.mark.parametrize(
    ("kind", "shape", "attributes", "reader", "expected"),
    [
        ("avg_pool2d", (1, 8, 8, 8), {"1": 2}, "conv", 1),
        ("interpolate", (1, 8, 8, 8), {"scale_factor": 0.5}, "conv", 1),
        ("pad", (1, 8, 18, 18), {}, "conv", 1),
        ("permute", (1, 16, 16, 8), {"dims": [0, 2, 3, 1]}, "linear", 1),
        ("permute", (1, 8, 16, 16), {"dims": [0, 3, 1, 2]}, "conv", 3),
        ("transpose", (1, 16, 8, 16), {"1": 1, "2": 2}, "conv", 2),
        ("reshape", (1, 8, 4, 64), {}, "conv", None),
    ],
)
def test_readers_show_it_of_an_input_that_is_moved_first(
    net: Net, kind: str, shape: Any, attributes: Any, reader: str, expected: int | None
) -> None:
    x = net.input(*((1, 16, 16, 8) if expected == 3 else (1, 8, 16, 16)))
    getattr(net, reader)(net.function(kind, x, shape=shape, **attributes))
    assert axis(net, x) == expected


@pytest.mark.parametrize(
    ("kind", "shape", "attributes", "expected"),
    [
        ("flatten", (1, 8, 256), {"1": 2}, 1),
        ("flatten", (1, 2048), {"1": 1}, None),
        ("permute", (1, 16, 16, 8), {"1": 0, "2": 2, "3": 3, "4": 1}, 3),
        ("permute", (1, 16, 16, 8), {"dims": [0, 2, 3, 1]}, 3),
        ("transpose", (1, 16, 8, 16), {"1": 1, "2": 2}, 2),
        ("reshape", (1, 2, 4, 16, 16), {}, None),
        ("reshape", (1, 8, 4, 4, 16), {}, 1),
        ("unsqueeze", (1, 1, 8, 16, 16), {"1": 1}, 2),
        ("relu", (1, 8, 16, 16), {}, 1),
        ("max_pool2d", (1, 8, 8, 8), {"1": 2}, 1),
        ("mean", (1, 8), {"1": [2, 3]}, 1),
        ("matmul", (1, 8, 16, 5), {}, None),
    ],
)
def test_it_is_followed(
    net: Net, x: str, kind: str, shape: tuple[int, ...], attributes: dict[str, Any], expected: int
) -> None:
    assert axis(net, net.function(kind, net.conv(x), shape=shape, **attributes)) == expected


def test_as_many_channels_as_positions(net: Net) -> None:
    x = net.linear(net.input(1, 16, 4, name="tokens"), 16)
    heads = net.function("reshape", x, shape=(1, 16, 4, 4))
    assert axis(net, net.function("transpose", x, shape=(1, 16, 16), **{"1": -1, "2": -2})) == 1
    assert axis(net, heads) is None
