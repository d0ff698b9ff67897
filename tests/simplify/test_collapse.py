"""Blocks and stages become one box, and so do long computations."""

from __future__ import annotations

import functools

from tests.graphs import (
    Net,
    resnet,
)
from visualize.core.choices import Level
from visualize.simplify import simplify as fold_and_simplify

simplify = functools.partial(fold_and_simplify, folded=False)


def test_skips_are_drawn_among_layers_and_collapsed_in_blocks() -> None:
    layers, blocks = (simplify(resnet(), level) for level in (Level.LAYER, Level.BLOCK))
    assert [layers.is_collapsed(skip) for skip in layers.skips] == 4 * [False]
    assert [blocks.is_collapsed(skip) for skip in blocks.skips] == 4 * [True]


def _computing(count: int) -> Net:
    """A network that computes for ``count`` operations between two layers."""
    net = Net()
    node = net.conv(net.input())
    for _ in range(count):
        node = net.function("exp", node)
    net.output(net.conv(node))
    return net


def test_a_long_computation_without_weights_is_one_box() -> None:
    for count, level, shown in [
        (40, Level.STAGE, 0),
        (40, Level.BLOCK, 0),
        (40, Level.LAYER, 40),
        (5, Level.STAGE, 5),
    ]:
        types = [box.type for box in simplify(_computing(count).build(), level).boxes]
        assert types.count("exp") == shown
        assert types.count(f"{count} operations") == (not shown)
