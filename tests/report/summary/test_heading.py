"""What is above the table."""

from __future__ import annotations

from torch import nn

import visualize
from visualize.core.summary import Summary
from visualize.report import write_summary


def test_documentation_and_weights_are_listed(resnet18: Summary) -> None:
    assert resnet18.documentation.startswith("ResNet-18 from Deep Residual Learning for Image")
    assert resnet18.published == ("IMAGENET1K_V1",)
    assert "arxiv.org/abs/1512.03385" in write_summary(resnet18, "md")


def test_a_name_that_is_the_class_is_written_once() -> None:
    net = nn.Sequential(nn.ReLU())
    unnamed, named = (visualize.summarize(net, (1, 4), **name) for name in ({}, {"name": "net"}))
    assert str(unnamed).splitlines()[0] == "Sequential"
    assert str(named).splitlines()[0] == "net (Sequential)"
