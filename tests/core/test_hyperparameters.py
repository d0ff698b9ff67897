"""Hyperparameters of every shape: words and figures name what they know, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from visualize.core.architecture import NodeKind, Operation, TensorSpec
from visualize.core.hyperparameters import factor, number, numbers
from visualize.core.words import operation

ODD: list[Any] = [
    None, True, 0, -1, 1.5, 2**62, "x", "", [], [[1, 2], 1], [1, "x"], [None], [1.5, 2], {},
    {"a": [1]},
]  # fmt: skip
TYPES = [
    "Conv1d", "Conv2d", "ConvTranspose2d", "MaxPool2d", "AvgPool1d", "AdaptiveAvgPool2d", "Linear",
    "Bilinear", "Upsample", "PixelShuffle", "Embedding", "EmbeddingBag", "MultiheadAttention",
    "ShiftedWindowAttention", "LSTM", "Dropout", "BatchNorm2d", "ReLU", "einsum", "mean", "getitem",
    "scaled_dot_product_attention", "add", "mul", "roll", "interpolate", "max_pool2d",
]  # fmt: skip
NAMES = [
    "kernel_size", "stride", "padding", "dilation", "groups", "in_channels", "out_channels",
    "in_features", "in1_features", "scale_factor", "upscale_factor", "mode", "num_embeddings",
    "num_heads", "is_causal", "input_size", "hidden_size", "num_layers", "proj_size",
    "bidirectional", "shift_size", "window_size", "p", "equation", "dim", "1", "2", "a", "alpha",
    "shifts", "keepdim",
]  # fmt: skip


def layer(type_name: str, **attributes: Any) -> Operation:
    shape = TensorSpec((1, 4, 8, 8), sample=(4, 8, 8))
    return Operation("n", NodeKind.MODULE, type_name, attributes=attributes, outputs=(shape,))


@pytest.mark.parametrize("type_name", TYPES)
@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_words_for_any_value(type_name: str, odd: Any) -> None:
    for name in NAMES:
        assert str(operation(layer(type_name, **{name: odd})))
    assert str(operation(layer(type_name, **dict.fromkeys(NAMES, odd))))


def test_what_is_unknown_is_left_out() -> None:
    known = {"kernel_size": [3, 3], "out_channels": 8, "stride": [2, 2]}
    assert str(operation(layer("Conv2d", **known, dilation=[[1, 2], 1]))) == "3×3 conv, 8, /2"
    assert str(operation(layer("Conv2d", **known | {"stride": "x"}))) == "3×3 conv, 8"
    assert str(operation(layer("MultiheadAttention", num_heads="all"))) == "attention"


def test_numbers() -> None:
    given = layer("A", one=2, several=[1, 2], flag=True, half=0.5, none=[])
    assert [numbers(given, name) for name in given.attributes] == [(2,), (1, 2), (), (), ()]
    assert [number(given, name) for name in given.attributes] == [2, None, None, None, None]
    assert [factor(given, name) for name in given.attributes] == [2, 1, None, 0.5, None]
