"""Causal masks are known by how they are made."""

from __future__ import annotations

from tests.graphs import Net
from visualize.simplify.idioms.masks import causal_masks


def test_a_triangle_of_constants_and_what_is_made_with_it() -> None:
    net = Net()
    x = net.input(1, 6, 6)
    mask = net.function("tril", net.constant("ones", 6, 6))
    scores = net.function("masked_fill", x, net.function("logical_not", mask))
    net.output(net.function("softmax", scores))
    assert causal_masks(net.build()) == {"tril", "logical_not", "masked_fill"}


def test_positions_that_are_compared_with_positions() -> None:
    net = Net()
    x = net.input(1, 6, 6)
    places = net.constant("arange", 6)
    places = net.function("arange", places)
    rows, columns = net.function("unsqueeze", places), net.function("getitem", places)
    net.output(net.function("where", net.function("ge", rows, columns), x))
    assert {"ge", "where"} <= causal_masks(net.build())


def test_a_triangle_of_data_and_a_stored_mask_are_not_known_to_be_causal() -> None:
    net = Net()
    x = net.input(1, 6, 6)
    stored = net.constant("mask", 6, 6, buffer=True)
    net.output(net.function("tril", x), net.function("masked_fill", x, stored))
    assert not causal_masks(net.build())
