"""Weights that are no parameters of the model are named in a note, and shown on their layer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests.unregistered import (
    Held,
    Integers,
    Listed,
    Plain,
    Recurrent,
    Words,
    convolutions,
    dynamic,
    static,
)

STACK = (
    "2 layers in Held.stack are not registered; their 408 parameters are not in model.parameters()"
)
PACKED = "{:,} weights are packed in quantized layers and are not parameters"


def nested() -> nn.Module:
    return nn.Sequential(Held([nn.Sequential(*convolutions())]))


CASES: list[tuple[Callable[[], nn.Module], tuple[int, ...], list[str], list[str]]] = [
    (lambda: Held(list(convolutions())), (1, 3, 9, 9), [STACK], ["3×3 conv, 4", "3×3 conv, 8"]),
    (lambda: Held(convolutions()), (1, 3, 9, 9), [STACK], ["3×3 conv, 4", "3×3 conv, 8"]),
    (
        lambda: Held(dict(enumerate(convolutions()))),
        (1, 3, 9, 9),
        [STACK],
        ["3×3 conv, 4", "3×3 conv, 8"],
    ),
    (
        nested,
        (1, 3, 9, 9),
        [STACK.replace("Held.stack", "Sequential[0].stack")],
        ["3×3 conv, 4", "3×3 conv, 8"],
    ),
    (
        lambda: Held([nn.Conv2d(3, 8, 3)]),
        (1, 3, 9, 9),
        [
            "1 layer in Held.stack is not registered; its 224 parameters are not in "
            "model.parameters()"
        ],
        ["3×3 conv, 8"],
    ),
    (
        Plain,
        (1, 3, 9, 9),
        [
            "108 weights in Plain.kernel are not registered and not in model.parameters()",
            "4 weights in Plain.bias are not registered and not in model.parameters()",
        ],
        ["3×3 conv, 4"],
    ),
    (
        Listed,
        (1, 8),
        ["128 weights in Listed.weights are not registered and not in model.parameters()"],
        ["Linear, 8 → 8 ×2"],
    ),
    (
        Integers,
        (1, 8),
        ["32 weights in Integers.weight are quantized and are buffers, not parameters"],
        ["Linear, 8 → 4"],
    ),
    (
        lambda: nn.Sequential(Words(8, 16), nn.ReLU(), Words(16, 4)),
        (1, 8),
        [
            "quantized weights are buffers, not parameters: 40 elements of 4 buffers such as "
            "Sequential[0].words"
        ],
        ["Linear, 8 → 16", "Linear, 16 → 4"],
    ),
    (
        lambda: dynamic(nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 4))),
        (1, 8),
        [PACKED.format(212)],
        ["Linear, 8 → 16", "Linear, 16 → 4"],
    ),
    (
        lambda: dynamic(Recurrent()),
        (5, 1, 8),
        [PACKED.format(1732)],
        ["LSTM, 8 → 16", "Linear, 16 → 4"],
    ),
    (static, (1, 3, 8, 8), [PACKED.format(1380)], ["3×3 conv, 8", "Linear, 288 → 4"]),
    (lambda: nn.Sequential(nn.Linear(8, 4)), (1, 8), [], ["Linear, 8 → 4"]),
]


@pytest.mark.parametrize(("build", "shape", "notes", "layers"), CASES)
def test_weights_that_are_no_parameters(
    build: Callable[[], nn.Module], shape: tuple[int, ...], notes: list[str], layers: list[str]
) -> None:
    model = build().eval()
    figure = visualize.draw(model, shape, level="layer")
    exact = figure.architecture
    found = [str(note) for note in exact.notes if "parameter" in str(note)]
    assert found == notes
    registered = sum(parameter.numel() for parameter in model.parameters())
    assert exact.parameters == registered == sum(one.parameters for one in exact.operations)
    labels = [box.label for box in figure.scene.boxes]
    assert [label[0] for label in labels if label[0] in layers] == layers
    assert not any("shared" in line for label in labels for line in label)


class Captured(nn.Module):
    """A layer that only a function knows, or another object."""

    def __init__(self, *, by_function: bool) -> None:
        super().__init__()
        layer = nn.Linear(8, 8)
        self.inner = (lambda x: layer(x)) if by_function else Holder(layer)
        self.head = nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.inner(x))  # type: ignore[no-any-return]


class Holder:
    def __init__(self, layer: nn.Module) -> None:
        self.layer = layer

    def __call__(self, x: Tensor) -> Tensor:
        return self.layer(x)  # type: ignore[no-any-return]


def test_a_fused_layer_shows_the_activation_that_it_applies() -> None:
    boxes = visualize.draw(static(), (1, 3, 8, 8), level="layer").scene.boxes
    assert ("3×3 conv, 8", "ReLU") in [box.label for box in boxes]


@pytest.mark.parametrize("by_function", [True, False])
def test_layers_that_no_attribute_leads_to(by_function: bool) -> None:
    exact = visualize.trace(Captured(by_function=by_function), (1, 8))
    assert exact.notes == (
        "72 weights in Captured are not registered and not in model.parameters()",
    )
    assert (exact.parameters, exact.macs) == (18, 80)


def test_what_no_layer_multiplies_with_is_no_weight() -> None:
    class Shifted(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.colours = torch.ones(8)
            self.acts = [nn.ReLU()]

        def forward(self, x: Tensor) -> Tensor:
            return self.acts[0](x - self.colours)  # type: ignore[no-any-return]

    assert visualize.trace(Shifted(), (1, 8)).notes == ()


def test_a_registered_layer_that_a_list_holds_too_is_registered() -> None:
    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(8, 8)
            self.every = [self.layer]

        def forward(self, x: Tensor) -> Tensor:
            return self.every[0](x)  # type: ignore[no-any-return]

    exact = visualize.trace(Both(), (1, 8))
    assert (exact.parameters, exact.notes) == (72, ())
