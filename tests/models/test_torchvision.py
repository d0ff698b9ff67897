"""Models of torchvision and the inputs that fit them."""

from __future__ import annotations

import pytest

from visualize.core.example import Example, ExampleTensor
from visualize.models import LoadedModel, load_model


def image(*shape: int) -> Example:
    return Example((ExampleTensor(shape),))


def weightless(loaded: LoadedModel) -> bool:
    return all(parameter.is_meta for parameter in loaded.model.parameters())


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("fasterrcnn_mobilenet_v3_large_fpn", Example(([ExampleTensor((3, 800, 800))],))),
        ("fasterrcnn_mobilenet_v3_large_320_fpn", Example(([ExampleTensor((3, 320, 320))],))),
        ("ssdlite320_mobilenet_v3_large", Example(([ExampleTensor((3, 320, 320))],))),
        ("ssd300_vgg16", Example(([ExampleTensor((3, 300, 300))],))),
        ("raft_small", Example((ExampleTensor((1, 3, 512, 512)),) * 2)),
        ("quantized_mobilenet_v2", image(1, 3, 224, 224)),
    ],
)
def test_torchvision_inputs_that_are_no_single_image(text: str, example: Example) -> None:
    loaded = load_model(text)
    assert loaded.example == example
    assert weightless(loaded)


def test_a_detector_takes_images_of_the_size_it_was_asked_for() -> None:
    loaded = load_model("fasterrcnn_mobilenet_v3_large_fpn?min_size=400")
    assert loaded.example == Example(([ExampleTensor((3, 400, 400))],))
