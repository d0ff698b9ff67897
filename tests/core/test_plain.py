"""Dataclasses as plain data: what is written is read, and nothing else is."""

from __future__ import annotations

import math
from typing import Any

import pytest

from visualize.core.architecture import TensorSpec
from visualize.core.errors import SourceError
from visualize.core.operands import Constant, Weight
from visualize.core.plain import decode, encode
from visualize.core.statistics import Statistics


@pytest.mark.parametrize(
    "value",
    [
        Constant("gain", first=True, shape=(1, 2), fill=0.5),
        Constant("", fill=-math.inf),
        Constant("", fill=3),
        Weight((3, 4), 4, 3, learned=False, members=2),
        TensorSpec((1, 2), sample=(2,)),
        TensorSpec((), sample=()),
        Statistics(3, 0.5, 0.25, 1, idle=1),
    ],
)
def test_a_value_comes_back(value: Any) -> None:
    back = decode(type(value), encode(value), "x")
    assert back == value
    assert encode(back) == encode(value)


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        (int, -1), (int, 2**63), (int, 1.0), (int, True), (str, 3), (bool, 1), (float, "x"),
        (float, True), (float, math.nan), (tuple[int, ...], "12"),
        (tuple[int, ...], [2**62, 2**62]),
        (tuple[str, int], ["a"]), (Constant, {}), (Constant, {"name": "a", "x": 1}), (Constant, []),
        (Any, 10**400), (Any, 1e999), (Any, [[[[[[[[[[[[[[1]]]]]]]]]]]]]]), (str, "a" * 100_001),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(kind: Any, document: object) -> None:
    with pytest.raises(SourceError, match="x"):
        decode(kind, document, "x")
