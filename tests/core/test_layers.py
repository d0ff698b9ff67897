"""A layer and what belongs to it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from visualize.core.architecture import Constant, NodeKind, Operation, Weight
from visualize.core.layers import adds_bias, layer_of

PRODUCT = Operation("y", NodeKind.FUNCTION, "matmul", weight=Weight((8, 16), 8, 16))
BIAS = Operation("z", NodeKind.FUNCTION, "add", constant=Constant("b", shape=(1, 16, 1)))


def function(kind: str) -> Operation:
    return Operation(kind, NodeKind.FUNCTION, kind)


def test_a_vector_with_a_value_for_each_output_is_a_bias() -> None:
    assert adds_bias(BIAS, PRODUCT)
    assert not adds_bias(replace(BIAS, type="mul"), PRODUCT)
    assert not adds_bias(replace(BIAS, constant=Constant("b", shape=(8,))), PRODUCT)
    assert not adds_bias(replace(BIAS, constant=Constant("3")), PRODUCT)
    assert not adds_bias(replace(BIAS, constant=None), PRODUCT)


def test_a_layer_with_a_bias_has_no_second_one() -> None:
    linear = Operation("l", NodeKind.MODULE, "Linear", weight=PRODUCT.weight, weights=((16, 8),))
    assert adds_bias(BIAS, linear)
    assert not adds_bias(BIAS, replace(linear, weights=((16, 8), (16,))))


@pytest.mark.parametrize("kind", ["pad", "view", "to", "getitem", "dropout"])
def test_what_pads_moves_or_casts_belongs_to_a_layer(kind: str) -> None:
    assert layer_of([function(kind), PRODUCT, BIAS]) is PRODUCT


@pytest.mark.parametrize("kind", ["relu", "add", "mean", "cat", "softmax"])
def test_other_work_does_not(kind: str) -> None:
    assert layer_of([function(kind), PRODUCT]) is None


def test_two_layers_are_not_one() -> None:
    assert layer_of([PRODUCT, PRODUCT]) is None
    assert layer_of([function("pad")]) is None
