"""The sentence on the receptive field."""

from __future__ import annotations

from torch import nn

from tests.sentences import written


def test_before_the_global_pool() -> None:
    assert (
        "Receptive field before the global pool: 435 px, 1.9 × the input; covers it from "
        "layer4[0] on." in written("resnet18")
    )
    assert "全局池化前的感受野为 435 像素" in written("resnet18", language="zh")


def test_gates_are_left_out() -> None:
    assert "Gates that see the whole input are left out" in written("efficientnet_b0")
    assert "are left out" not in written("resnet18")


def test_of_the_output() -> None:
    model = nn.Sequential(nn.Conv1d(1, 1, 3), nn.Conv1d(1, 1, 3))
    assert "Receptive field of the output: 5 positions, 0.25 × the input." in written(
        model, (1, 1, 20)
    )


def test_before_the_first_linear_layer_and_of_the_whole_input() -> None:
    assert "Receptive field before the first linear layer: 212 px, 0.95 × the input." in written(
        "vgg16"
    )
    tokens = "Receptive field: the whole input from encoder.layers.encoder_layer_0 on."
    assert tokens in written("vit_b_16")


def test_axes_that_differ() -> None:
    wide = nn.Sequential(nn.Conv2d(3, 4, (1, 5)), nn.Conv2d(4, 4, (1, 5)), nn.Conv2d(4, 4, (3, 1)))
    assert "Receptive field of the output: 3×9 px, 0.094 / 0.28 × the input." in written(
        wide, (1, 3, 32, 32)
    )


def test_nothing_without_windows() -> None:
    assert "eceptive" not in written(nn.Linear(4, 4), (1, 4))
