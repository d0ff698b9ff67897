"""Where boxes are in the model: what modules, functions, tokens and idioms are called."""

from __future__ import annotations

import visualize


def named(model: str, level: str) -> dict[str, str]:
    boxes = visualize.draw(model, level=level, fold=False).scene.boxes
    return {box.name: box.path for box in boxes}


def test_an_idiom_around_one_layer_is_that_layer() -> None:
    names = named("vit_b_16", "layer")
    assert names["conv_proj"] == "conv_proj"
    assert names["class_token"] == "class_token"
    assert names["cat"] == ""
    assert names["encoder.layers.encoder_layer_0.add"] == "encoder.layers.encoder_layer_0"
    assert names["x"] == ""


def test_a_closed_block_is_a_module() -> None:
    names = named("resnet18", "block")
    assert names["layer3.1"] == "layer3.1"
    assert names["fc"] == "fc"
