"""Sentences on stages and blocks."""

from __future__ import annotations

from torch import nn

from tests.sentences import written


def test_stages_of_blocks() -> None:
    assert "8 blocks in 4 stages: layer1 (2 BasicBlocks, 64×56×56), layer2" in written("resnet18")


def test_stages_of_layers() -> None:
    vgg = written("vgg16")
    assert "5 convolutional stages: features[0–2] (2 convs, 64×224×224)" in vgg
    assert "3 linear layers: classifier." in vgg


def test_no_stages() -> None:
    assert "No repeated blocks." in written(nn.Sequential(nn.Linear(4, 4), nn.ReLU()), (1, 4))
