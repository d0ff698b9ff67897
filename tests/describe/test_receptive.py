"""Receptive fields, compared with published ones and with what gradients reach."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import visualize
import visualize.report
from visualize.core.summary import Row, Summary
from visualize.report import write_summary


def row(summary: Summary, name: str) -> Row:
    (found,) = (row for row in summary.rows if row.name == name)
    return found


@pytest.mark.parametrize(
    ("name", "last", "pixels"),
    [("alexnet", "features_total", 195), ("vgg16", "features_total", 212),
     ("resnet50", "layer4_total", 427)],
)  # fmt: skip
def test_receptive_fields_that_are_published(name: str, last: str, pixels: int) -> None:
    assert row(visualize.summarize(name), last).receptive_field == (pixels, pixels)


def test_receptive_fields_are_those_that_gradients_reach() -> None:
    layers = nn.Sequential(
        nn.Conv2d(1, 1, 3, stride=2, padding=1),
        nn.MaxPool2d((1, 3), 1),
        nn.Conv2d(1, 1, (3, 5), dilation=2),
        nn.AvgPool2d(2),
        nn.ConvTranspose2d(1, 1, 4, stride=2),
    )
    for layer in layers:
        for parameter in layer.parameters():
            nn.init.ones_(parameter)
    image = torch.rand(1, 1, 64, 64, requires_grad=True)
    made = layers(image)
    made[0, 0, made.shape[2] // 2, made.shape[3] // 2].backward()
    assert image.grad is not None
    reached = image.grad[0, 0].nonzero()
    sizes = (reached.amax(0) - reached.amin(0) + 1).tolist()
    field = visualize.summarize(layers, (1, 1, 64, 64)).total.receptive_field
    assert field is not None
    # The largest of a window passes its gradient to one place of it alone.
    assert sizes[0] == field[0]
    assert field[1] - 4 <= sizes[1] <= field[1]


def test_operations_that_move_values_have_no_receptive_field() -> None:
    assert all(row.receptive_field is None for row in visualize.summarize("swin_t").rows)
    assert "receptive field" not in write_summary(visualize.summarize("swin_t"), "csv")
