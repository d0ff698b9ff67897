"""The rows of skip connections: what each of them bypasses."""

from __future__ import annotations

import pytest

from tests.graphs import resnet, unet
from visualize.describe import describe_skips


def test_a_row_counts_what_is_bypassed_and_what_is_on_the_branch() -> None:
    exact = resnet()
    rows = describe_skips(exact)
    assert [row.skip.kind.value for row in rows] == [
        "identity",
        "identity",
        "projection",
        "identity",
    ]
    assert [row.bypassed_layers for row in rows] == [2, 2, 2, 2]
    for row in rows:
        bypassed = [exact.operation(node) for node in row.skip.bypassed]
        assert row.bypassed_macs == sum(one.macs for one in bypassed) > 0
        assert (row.macs > 0) == (row.skip.kind.value == "projection")


@pytest.mark.parametrize(
    ("kinds", "number"), [((), 4), (["identity"], 3), (["projection", "gate"], 1), (["gate"], 0)]
)
def test_only_the_kinds_that_are_wanted(kinds: list[str], number: int) -> None:
    assert len(describe_skips(resnet(), kinds=kinds)) == number


def test_only_the_long_ones() -> None:
    assert not describe_skips(resnet(), long=True)
    assert [row.skip.kind.value for row in describe_skips(unet(), long=True)] == [
        "concat",
        "concat",
    ]
