"""Sums that look residual and are none, and why; without torch."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from tests.graphs import Net, architectures
from visualize.annotate.skips import search_skips
from visualize.core.choices import Refusal


def reasons(net: Net) -> list[Refusal]:
    return [one.reason for one in search_skips(net.graph).untyped]


def test_a_shortcut_is_not_listed(net: Net, x: str) -> None:
    net.output(net.add(net.conv(x), x))
    assert reasons(net) == []


def test_tensors_without_a_common_origin_are_not_listed(net: Net, x: str) -> None:
    net.output(net.add(net.conv(x), net.conv(net.input(name="y"))))
    assert reasons(net) == []


def test_a_tensor_added_to_itself(net: Net, x: str) -> None:
    work = net.conv(x)
    net.output(net.add(work, net.function("Dropout", work)))
    assert reasons(net) == [Refusal.SAME]


def test_a_tensor_subtracted_from_itself_is_another_matter(net: Net, x: str) -> None:
    net.output(net.function("sub", x, x))
    assert Refusal.SAME not in reasons(net)


def test_nothing_with_weights_is_bypassed(net: Net, x: str) -> None:
    net.output(net.add(net.function("relu", x), x))
    assert reasons(net) == [Refusal.UNWEIGHTED]


def test_only_pointwise_operations_are_bypassed(net: Net, x: str) -> None:
    net.output(net.add(net.module("PReLU", x, weights=[(8,)]), x))
    assert reasons(net) == [Refusal.FORMULA]


def test_what_is_broadcast_is_conditioning(net: Net, x: str) -> None:
    pooled = net.global_pool(x)
    work = net.conv(net.function("expand", pooled, shape=(1, 8, 16, 16)))
    net.output(net.function("add", work, pooled, shape=(1, 8, 16, 16)))
    (one,) = search_skips(net.graph).untyped
    assert one.reason is Refusal.BROADCAST
    assert (1, 8, 1, 1) in (one.shape, *one.others)
    assert one.result == (1, 8, 16, 16)


def test_two_branches_with_layers(net: Net, x: str) -> None:
    one = net.conv(net.function("relu", net.conv(x)))
    other = net.conv(net.function("relu", net.conv(x)))
    net.output(net.add(one, other))
    assert reasons(net) == [Refusal.LAYERS]


def test_two_linear_branches(net: Net, x: str) -> None:
    net.output(net.add(net.conv(net.conv(x)), net.conv(x)))
    assert reasons(net) == [Refusal.LINEAR]


def test_different_parts_of_a_tensor(net: Net, x: str) -> None:
    one, other = net.split("chunk", x, (1, 4, 16, 16), (1, 4, 16, 16))
    net.output(net.add(net.conv(one, 4), other))
    assert reasons(net) == [Refusal.PARTS]


def test_what_no_output_reads_is_not_listed(net: Net, x: str) -> None:
    net.add(net.function("relu", x), x)
    net.output(net.conv(x))
    assert reasons(net) == []


@given(architectures())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_merge_has_a_skip_connection_and_is_untyped(exact: object) -> None:
    found = search_skips(exact.graph)  # type: ignore[attr-defined]
    ends = {skip.merge for skip in found.skips}
    assert all(
        one.merge not in ends and one.merge in exact.graph  # type: ignore[attr-defined]
        for one in found.untyped
    )
