"""Sums that pass one tensor, and differences that are only measured."""

from __future__ import annotations

import pytest

from tests.found_skips import found
from tests.graphs import Net
from visualize.annotate.skips import find_skips


@pytest.mark.parametrize("late", [False, True])
def test_a_straight_through_estimator(net: Net, x: str, late: bool) -> None:
    quantized = net.function("softmax", net.conv(x))
    if late:  # q - z.detach() + z
        net.add(net.function("sub", quantized, net.function("detach", x)), x)
    else:  # z + (q - z).detach()
        net.add(x, net.function("detach", net.function("sub", quantized, x)))
    assert found(net) == []


def test_a_residual_of_a_residual_does_not_cancel(net: Net, x: str) -> None:
    net.add(x, net.function("neg", net.function("sub", net.conv(x), x)))
    assert [kind for kind, *_ in found(net)] == ["identity", "identity"]


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("gate", ["computed", "constant", "parameter"])
def test_a_step_towards_what_is_computed(net: Net, x: str, gate: str, first: bool) -> None:
    difference = net.function("sub", net.conv(net.conv(x)), x)
    if gate == "constant":
        moved = net.function("mul", difference, b=0.25)
    elif gate == "parameter":
        moved = net.function("mul", difference, net.constant("step", 8, 1, 1))
    else:
        moved = net.mul(net.function("sigmoid", net.conv(x, 1)), difference)
    net.add(*((moved, x) if first else (x, moved)))
    (skip,) = find_skips(net.graph)
    assert (skip.kind.value, skip.merge) == ("scaled", "add")
    assert skip.scale == ("0.75" if gate == "constant" else gate)


def test_a_step_from_what_is_computed_is_two_shortcuts(net: Net, x: str) -> None:
    y = net.conv(x)
    net.add(x, net.function("mul", net.function("sub", x, y), b=0.25))
    assert [kind for kind, *_ in found(net)] == ["identity", "identity"]


@pytest.mark.parametrize("kind", ["sum", "mean"])
def test_a_loss(net: Net, kind: str) -> None:
    x = net.input(3, 8)
    error = net.function("pow", net.function("sub", net.linear(net.linear(x)), x))
    net.output(net.function(kind, error, shape=(3,)), net.linear(x))
    assert found(net) == []


def test_a_difference_that_is_returned(net: Net) -> None:
    x = net.input(3, 8)
    difference = net.function("sub", x, net.linear(x))
    net.output(difference, net.function("mean", difference, shape=()))
    assert found(net) == [("identity", "x", "sub", ())]
