"""The sentence on what one sample costs."""

from __future__ import annotations

import torch
from torch import nn

import visualize
from tests import nets
from tests.sentences import written
from visualize.report.language import load_language
from visualize.report.sentences import sentences


def test_macs_and_flops_with_what_is_counted() -> None:
    assert (
        "1.814 G MACs (3.63 GFLOPs) per 3×224×224 image: convolutions and linear layers; norms, "
        "activations, pooling and additions are not counted (some tools add them)."
    ) in written("resnet18")
    assert (
        "每张 3×224×224 的图像需 18.14 亿次乘加（1.814 G MACs，3.63 GFLOPs）：计入卷积层和线性层；"
        "归一化、激活、池化和加法不计（部分工具计入）。"
    ) in written("resnet18", language="zh")


def test_a_batch_is_named() -> None:
    english = written(nn.Conv2d(3, 8, 1), (6, 3, 32, 32))
    words = "24.58 k MACs (49.2 kFLOPs) per 3×32×32 image (147.5 k MACs for the batch of 6): "
    assert f"{words}convolutions." in english


def test_each_kind_of_sample_has_words() -> None:
    tokens = visualize.summarize(nets.Transformer(), torch.zeros(1, 8, dtype=torch.int64))
    assert "per sequence of 8 tokens" in " ".join(sentences(tokens, load_language("en")))
    assert "8 MACs (16 FLOPs) per input of 4: linear layers." in written(nn.Linear(4, 2), (1, 4))
    assert "per sample: linear layers" in written(nets.TwoTowers(), (1, 6), (1, 6))


def test_what_is_not_counted_is_what_the_model_has() -> None:
    assert "are not counted" not in written(nn.Conv2d(3, 8, 1), (1, 3, 8, 8))
    normed = written(nn.Sequential(nn.Conv2d(3, 8, 1), nn.BatchNorm2d(8)), (1, 3, 8, 8))
    assert "convolutions; norms are not counted (some tools add them)." in normed
    pooled = written(nn.Sequential(nn.Conv2d(3, 8, 1), nn.MaxPool2d(2)), (1, 3, 8, 8))
    assert "convolutions; pooling is not counted (some tools add it)." in pooled


def test_nothing_is_counted() -> None:
    assert "MACs" not in written(nn.ReLU(), (1, 4))
