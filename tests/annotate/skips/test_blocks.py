"""Long skip connections with blocks on them."""

from __future__ import annotations

import pytest

from tests.graphs import Net
from visualize.annotate.skips import find_skips


def block(net: Net, x: str, name: str) -> str:
    """A residual block of two convolutions."""
    y = net.function("relu", net.conv(x, name=f"{name}a"))
    return net.add(net.conv(y, name=f"{name}b"), x)


def below(net: Net, x: str, layers: int) -> str:
    """Layers at half the resolution."""
    x = net.resize("MaxPool2d", x, 0.5)
    for number in range(layers):
        x = net.function("relu", net.conv(x, name=f"low{number}"))
    return net.resize("Upsample", x, 2, "up")


@pytest.mark.parametrize(("merge", "kind"), [("add", "projection"), ("cat", "concat")])
def test_a_block_on_the_branch(net: Net, x: str, merge: str, kind: str) -> None:
    branch = block(net, block(net, x, "one"), "two")
    getattr(net, merge)(branch, below(net, x, 7))
    *inner, long = find_skips(net.graph)
    assert [(skip.kind.value, skip.long) for skip in inner] == [("identity", False)] * 2
    assert (long.kind.value, long.long, long.fork) == (kind, True, "x")
    assert {"onea", "oneb", "twoa", "twob"} <= set(long.branch)
    assert "low0" in long.bypassed
    assert "onea" not in long.bypassed


def test_a_branch_as_deep_as_what_it_bypasses_is_parallel(net: Net, x: str) -> None:
    net.add(block(net, block(net, x, "one"), "two"), below(net, x, 4))
    assert not any(skip.long for skip in find_skips(net.graph))


def test_a_block_beside_layers_of_one_resolution_is_parallel(net: Net, x: str) -> None:
    y = x
    for number in range(6):
        y = net.function("relu", net.conv(y, name=f"beside{number}"))
    net.cat(block(net, x, "one"), y)
    assert [skip.kind.value for skip in find_skips(net.graph)] == ["identity"]


def test_nested_u_shapes(net: Net, x: str) -> None:
    """U-Net++ of two levels: each node reads all before it at its resolution."""
    top = net.conv(x, name="x00")
    middle = net.conv(net.resize("MaxPool2d", top, 0.5), name="x10")
    bottom = net.conv(net.resize("MaxPool2d", middle, 0.5), name="x20")
    top1 = net.conv(net.cat(top, net.resize("Upsample", middle, 2)), name="x01")
    middle1 = net.conv(net.cat(middle, net.resize("Upsample", bottom, 2)), name="x11")
    net.conv(net.cat(top, top1, net.resize("Upsample", middle1, 2)), name="x02")
    skips = find_skips(net.graph)
    assert [(skip.kind.value, skip.long, skip.fork) for skip in skips] == [
        ("concat", True, "x00"),
        ("concat", True, "x10"),
        ("concat", True, "x00"),
        ("concat", True, "x00"),
    ]
    assert skips[-1].branch == ("cat", "x01")


def lift(net: Net, x: str, times: int, name: str) -> str:
    """Convolutions, each after an upsampling to twice the size."""
    for number in range(times):
        x = net.resize("Upsample", x, 2)
        x = net.function("relu", net.conv(x, name=f"{name}{number}"))
    return x


@pytest.mark.parametrize(("merge", "kind"), [("cat", "concat"), ("add", "projection")])
def test_branches_that_come_up_from_an_encoder_of_one_resolution(
    net: Net, x: str, merge: str, kind: str
) -> None:
    """UNETR and DPT: features of earlier layers are lifted to the resolutions of the decoder."""
    first, second, last = x, "", x
    for number in range(9):
        last = block(net, last, f"block{number}")
        second = last if number == 3 else second
    middle = getattr(net, merge)(lift(net, second, 1, "a"), lift(net, last, 1, "b"))
    getattr(net, merge)(lift(net, first, 2, "c"), lift(net, middle, 1, "d"))
    *inner, one, two = find_skips(net.graph)
    assert [(skip.kind.value, skip.long) for skip in inner] == [("identity", False)] * 9
    assert [(skip.kind.value, skip.long) for skip in (one, two)] == [(kind, True)] * 2
    assert (one.fork, two.fork) == (second, first)
    assert {"c0", "c1"} <= set(two.branch)
    assert {"block8b", "b0", "d0"} <= set(two.bypassed)


def test_branches_that_come_up_and_then_work_are_parallel(net: Net, x: str) -> None:
    low = net.resize("MaxPool2d", x, 0.5)
    y = lift(net, low, 1, "a")
    for number in range(6):
        y = net.function("relu", net.conv(y, name=f"high{number}"))
    net.cat(lift(net, low, 1, "b"), net.resize("Upsample", net.resize("MaxPool2d", y, 0.5), 2))
    assert [skip.long for skip in find_skips(net.graph)] == []


def test_branches_of_equal_depth_that_come_up_are_parallel(net: Net, x: str) -> None:
    low = block(net, net.resize("MaxPool2d", x, 0.5), "low")
    net.cat(lift(net, low, 2, "a"), lift(net, net.conv(low), 2, "b"))
    assert not any(skip.long for skip in find_skips(net.graph))


def test_the_gate_on_a_branch_is_no_part_of_it(net: Net, x: str) -> None:
    """As in Attention U-Net (Oktay et al. 2018), where what comes up opens the gate."""
    up = below(net, x, 7)
    branch = net.conv(x, name="lateral")
    both = net.function("relu", net.add(net.conv(up, name="rises"), net.conv(branch, name="here")))
    gated = net.mul(branch, net.function("sigmoid", net.conv(both, 1, name="opens")))
    net.cat(gated, up)
    (long,) = (skip for skip in find_skips(net.graph) if skip.long)
    assert (long.kind.value, long.fork) == ("concat", "x")
    assert {"lateral", gated} == set(long.branch)
