"""Labels: what a box says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import visualize
from tests.layers import Function, labels
from visualize.core.architecture import NodeKind, Operation, TensorSpec, Weight
from visualize.core.diagram import Box
from visualize.core.words import operation, shape
from visualize.scene.amounts import Amount
from visualize.scene.labels import box_label, box_title

LINEAR = ["Linear, 4 → 4", "20 params"]


@pytest.mark.parametrize(
    ("kind", "attributes", "output", "words"),
    [
        ("Conv2d", {"kernel_size": [3, 3], "out_channels": 64, "stride": [1, 1]}, (),
         "3×3 conv, 64"),
        ("Conv2d", {"kernel_size": [3, 3], "out_channels": 64, "stride": [2, 2]}, (),
         "3×3 conv, 64, /2"),
        ("Conv2d", {"kernel_size": [7, 7], "in_channels": 96, "out_channels": 96, "groups": 96}, (),
         "7×7 depthwise conv, 96"),
        ("Conv2d", {"kernel_size": [3, 3], "out_channels": 8, "dilation": [2, 2]}, (),
         "3×3 conv, 8, dilation 2"),
        ("Conv1d", {"kernel_size": [5], "out_channels": 8}, (), "1-d conv, 8, kernel 5"),
        ("ConvTranspose2d", {"kernel_size": [2, 2], "out_channels": 8, "stride": [2, 2]}, (),
         "2×2 up-conv, 8, ↑2"),
        ("Linear", {"in_features": 768, "out_features": 3072}, (), "Linear, 768 → 3072"),
        ("MaxPool2d", {"kernel_size": 3, "stride": 2}, (), "max pool 3×3, /2"),
        ("max_pool2d", {"kernel_size": 2}, (), "max pool 2×2, /2"),
        ("AdaptiveAvgPool2d", {}, (1, 8, 1, 1), "global avg pool"),
        ("AdaptiveAvgPool2d", {}, (1, 8, 6, 6), "avg pool to 6×6"),
        ("LayerNorm", {}, (), "LayerNorm"),
        ("BatchNorm2d", {}, (), "BatchNorm"),
        ("MultiheadAttention", {"num_heads": 12}, (), "multi-head attention, 12 heads"),
        ("Embedding", {"num_embeddings": 100, "embedding_dim": 8}, (), "Embedding, 100 → 8"),
        ("LSTM", {"input_size": 8, "hidden_size": 16, "num_layers": 2}, (),
         "LSTM, 8 → 16, 2 layers"),
        ("Upsample", {"scale_factor": 2.0, "mode": "nearest"}, (), "2× nearest resize"),
        ("Dropout", {"p": 0.1}, (), "dropout 0.1"),
        ("GELU", {}, (), "GELU"),
        ("Custom", {}, (), "Custom"),
    ],
)  # fmt: skip
def test_labels_say_what_a_paper_says(
    kind: str, attributes: dict[str, object], output: tuple[int, ...], words: str
) -> None:
    outputs = (TensorSpec(output),) if output else ()
    layer = Operation("a", NodeKind.MODULE, kind, attributes=attributes, outputs=outputs)
    assert str(operation(layer)) == words


def label(box: Box, *, names: bool = False) -> list[str]:
    return box_label(box, box_title(box), Amount(box.parameters), names=names)


def test_labels_of_boxes() -> None:
    image = Operation(
        "x", NodeKind.INPUT, "input", outputs=(TensorSpec((1, 3, 8, 8), sample=(3, 8, 8)),)
    )
    assert label(Box.of(image)) == ["image 3×8×8"]
    tokens = replace(image, id="tokens", outputs=(TensorSpec((1, 77), "int64", (77,)),))
    assert label(Box.of(tokens)) == ["tokens 77"]
    merge = Operation("add", NodeKind.FUNCTION, "add", merges=True)
    assert label(Box.of(merge)) == ["+"]
    linear = Operation("fc", NodeKind.MODULE, "Linear", path="head.fc", parameters=513_000)
    assert label(Box.of(linear), names=True) == ["Linear", "513.0 k", "head.fc"]
    shapes = ((100, 64), (100,))
    tied = replace(linear, weights=shapes, weight=Weight((100, 64), 64, 100), parameters=100)
    assert label(Box.of(tied)) == ["Linear, 64 → 100", "shared weights · 100 params"]
    boxes = replace(image, kind=NodeKind.OUTPUT, outputs=(TensorSpec((9, 4)),))
    assert label(Box.of(boxes)) == ["output 9×4"]
    scores = replace(boxes, outputs=(TensorSpec((9, 4), sample=(4,)), TensorSpec((9,), sample=())))
    assert label(Box.of(scores)) == ["output 4, scalar"]
    assert shape(TensorSpec((1,))) == "1"
    assert shape(TensorSpec(())) == "scalar"


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda m, x: 1 - m.linear(x), [LINEAR, ["1 − x"]]),
        (lambda m, x: m.linear(x) - 3, [LINEAR, ["− 3"]]),
        (lambda m, x: 2 / m.linear(x), [LINEAR, ["2 / x"]]),
        (lambda m, x: 2 ** m.linear(x), [LINEAR, ["2 ^ x"]]),
        (lambda m, x: m.linear(x) ** 2, [LINEAR, ["x ^ 2"]]),
        (lambda m, x: m.linear(x) * m.gains[0], [["Linear, 4 → 4", "× gains[0] · 21 params"]]),
        (
            lambda m, x: torch.add(m.linear(x), 3, alpha=2),
            [["Linear, 4 → 4", "+ 2 × 3 · 20 params"]],
        ),
        (lambda m, x: torch.add(x, m.linear(x), alpha=0.5), [LINEAR, ["+", "α = 0.5"]]),
        (lambda m, x: torch.sub(m.linear(x), x, alpha=3), [LINEAR, ["−", "α = 3"]]),
        (
            lambda m, x: torch.addmm(m.offset, m.linear(x), m.matrix, beta=0.5, alpha=2),
            [LINEAR, ["Linear, 4 → 3, α = 2, β = 0.5", "15 params"]],
        ),
        (lambda m, x: m.linear(x) @ m.matrix + m.offset, [LINEAR, ["Linear, 4 → 3", "15 params"]]),
        (
            lambda m, x: (m.linear(x) @ m.matrix).relu() + m.offset,
            [LINEAR, ["Linear, 4 → 3", "ReLU · + offset · 15 params"]],
        ),
    ],
)
def test_operands_are_in_order(
    function: Callable[[Any, Tensor], Tensor], expected: list[list[str]]
) -> None:
    model = Function(function, matrix=(4, 3), offset=(3,))
    model.linear = nn.Linear(4, 4)
    model.gains = nn.ParameterList([torch.ones(1)])
    assert labels(model, (2, 4)) == expected


def test_what_scales_one_tensor_of_a_sum_is_on_its_arrow_alone() -> None:
    def step(m: Any, x: Tensor) -> Tensor:
        first = m.layer(x)
        second = m.layer(x + 0.5 * first)
        return (first + 2 * second + m.layer(x + second)) * 0.25

    model = Function(step)
    model.layer = nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4))
    figure = visualize.draw(model, (2, 4), level="layer")
    assert ["+", "× 0.25"] in [list(box.label) for box in figure.scene.boxes]
    assert "× 2" in [arrow.label for arrow in figure.scene.arrows]


@pytest.mark.parametrize("gate", [lambda _, x: F.glu(x), lambda _, x: nn.GLU()(x)])
def test_a_gated_half_is_shown(gate: Callable[[Any, Tensor], Tensor]) -> None:
    model = nn.Sequential(nn.Linear(4, 8), Function(gate), nn.Linear(4, 4))
    assert labels(model, (2, 4)) == [["Linear, 4 → 8", "GLU · 40 params"], LINEAR]


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda m, x: (m.layer(x) * m.g).relu(), "× g · ReLU · 24 params"),
        (lambda m, x: m.layer(x).relu() * m.g, "ReLU · × g · 24 params"),
        (lambda m, x: ((m.layer(x) + m.g).relu() + 1) * m.g, "+ g · ReLU · + 1 · × g · 24 params"),
        (
            lambda m, x: F.layer_norm(m.layer(x), (4,)).relu() * 2,
            "LayerNorm, ReLU · × 2 · 20 params",
        ),
        (
            lambda m, x: F.layer_norm(m.layer(x) * m.g, (4,)).relu(),
            "× g · LayerNorm, ReLU · 24 params",
        ),
    ],
)
def test_what_is_fused_is_listed_as_it_is_computed(
    function: Callable[[Any, Tensor], Tensor], words: str
) -> None:
    model = Function(function, **({"g": (4,)} if words.endswith("24 params") else {}))
    model.layer = nn.Linear(4, 4)
    assert labels(nn.Sequential(model, nn.Linear(4, 4)), (2, 4)) == [
        ["Linear, 4 → 4", words],
        LINEAR,
    ]
