"""Marked functions that hold layers are one box, as their call is in the code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.graphs import Net
from visualize.core.architecture import Architecture
from visualize.core.calls import FunctionCall
from visualize.core.choices import Level
from visualize.core.diagram import Box
from visualize.scene.labels import box_title
from visualize.simplify import simplify


def called(net: Net, *nodes: str, name: str = "attention", **attributes: object) -> None:
    """Make some operations one call of a function."""
    call = FunctionCall(nodes[-1], name, attributes)
    for node in nodes:
        changed = replace(net.graph.nodes[node]["operation"], function=call)
        net.graph.nodes[node]["operation"] = changed


def layers(exact: Architecture, level: Level = Level.LAYER) -> list[Box]:
    return [box for box in simplify(exact, level).boxes if not box.kind.is_end]


def attention(net: Net, x: str, **attributes: object) -> str:
    weight = net.constant("weight", 8, 8)
    linear = net.linear(x)
    scores = net.function("matmul", linear, net.function("transpose", linear), shape=(1, 4, 4))
    soft = net.function("softmax", scores)
    result = net.function("matmul", soft, linear, weight, shape=(1, 4, 8))
    nodes = list(net.graph)[list(net.graph).index(linear) :]
    called(net, *nodes, **attributes)
    return result


def test_a_call_is_one_box_with_all_that_it_holds() -> None:
    net = Net()
    net.output(net.linear(attention(net, net.linear(net.input(1, 4, 8)))))
    exact = net.build()
    first, box, last = layers(exact)
    assert (box.type, str(box_title(box))) == ("attention", "attention")
    assert box.parameters == 8 * 8 + 8 * 8 + 8  # the constant that it reads among them
    assert [one.type for one in box.operations] == [
        "constant", "Linear", "transpose", "matmul", "softmax", "matmul",
    ]  # fmt: skip
    assert (first.type, last.type) == ("Linear", "Linear")


def test_arguments_decide_what_it_is_called() -> None:
    for shift, name in (([0, 0], "window attention"), ([3, 3], "shifted window attention")):
        net = Net()
        x = net.input(1, 14, 14, 8)
        y = net.linear(x)
        called(net, y, name="shifted_window_attention", shift_size=shift, window_size=[7, 7])
        net.output(net.function("relu", y))
        assert str(box_title(layers(net.build())[0])) == name


def test_a_call_with_a_skip_connection_inside_stays_open() -> None:
    net = Net()
    x = net.input()
    y = net.conv(x)
    z = net.add(y, x)
    called(net, y, z, name="residual")
    net.output(z)
    assert [box.type for box in layers(net.build())] == ["Conv2d", "add"]


@pytest.mark.parametrize("level", [Level.OP, Level.LAYER])
def test_the_level_of_operations_shows_each(level: Level) -> None:
    net = Net()
    net.output(attention(net, net.input(1, 4, 8)))
    shown = [box.type for box in layers(net.build(), level)]
    assert ("softmax" in shown) == (level is Level.OP)


def test_equal_calls_fold_whatever_has_no_effect_in_their_arguments() -> None:
    net = Net()
    x = net.input(1, 4, 8)
    for number in range(3):
        with net.call(f"blocks.{number}"):
            x = net.add(attention(net, x, shift_size=[number]), x)
    net.output(x)
    assert [box.repeat for box in layers(net.build())] == [3, 3]
