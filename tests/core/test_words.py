"""Operations in words, in English and Chinese."""

from __future__ import annotations

import pytest
from torch import Tensor, nn

import visualize
from visualize.core.summary import RowKind
from visualize.core.words import operation
from visualize.report.language import load_language

CHINESE = load_language("zh")
CASES = [
    (nn.Conv2d(3, 8, 3, stride=2), (1, 3, 9, 9), "3×3 conv, 8, /2", "3×3 卷积, 8, /2"),
    (
        nn.Conv1d(4, 8, 3, dilation=2),
        (1, 4, 9),
        "1-d conv, 8, kernel 3, dilation 2",
        "一维卷积, 8, 核 3, 膨胀率 2",
    ),
    (nn.Conv2d(4, 4, 3, groups=4), (1, 4, 9, 9), "3×3 depthwise conv, 4", "3×3 深度卷积, 4"),
    (nn.Conv2d(4, 4, 3, groups=2), (1, 4, 9, 9), "3×3 grouped conv, 4", "3×3 分组卷积, 4"),
    (nn.ConvTranspose2d(4, 2, 2, 2), (1, 4, 9, 9), "2×2 up-conv, 2, ×2", "2×2 转置卷积, 2, ×2"),
    (nn.MaxPool2d(3, 2), (1, 4, 9, 9), "max pool 3×3, /2", "最大池化 3×3, /2"),
    (nn.AdaptiveAvgPool2d(1), (1, 4, 9, 9), "global avg pool", "全局平均池化"),
    (nn.AdaptiveAvgPool2d(3), (1, 4, 9, 9), "avg pool to 3×3", "平均池化至 3×3"),
    (nn.Linear(768, 3072), (1, 768), "Linear, 768 → 3072", "线性层, 768 → 3072"),
    (nn.LayerNorm(8), (1, 8), "LayerNorm", "LayerNorm"),
    (nn.BatchNorm2d(4), (1, 4, 9, 9), "BatchNorm", "BatchNorm"),
    (nn.Upsample(scale_factor=2), (1, 4, 9, 9), "2× nearest resize", "2 倍最近邻插值"),
    (nn.PixelShuffle(2), (1, 4, 9, 9), "2× pixel shuffle", "2 倍像素重排"),
    (nn.Dropout(0.5), (1, 8), "dropout 0.5", "Dropout 0.5"),
    (nn.LSTM(8, 4, num_layers=2), (3, 1, 8), "LSTM, 8 → 4, 2 layers", "LSTM, 8 → 4, 2 层"),
    (nn.Hardswish(), (1, 8), "hard swish", "Hardswish"),
]


class Model(nn.Module):
    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor) -> object:
        return self.layer(x)


@pytest.mark.parametrize(
    ("layer", "shape", "english", "chinese"), CASES, ids=[case[2] for case in CASES]
)
def test_words_of_modules(
    layer: nn.Module, shape: tuple[int, ...], english: str, chinese: str
) -> None:
    summary = visualize.summarize(Model(layer), shape, depth=9)
    words = next(row.words for row in summary.rows if row.kind is RowKind.LAYER)
    assert (str(words), words.write(CHINESE)) == (english, chinese)


class Mean(nn.Module):
    def __init__(self, dim: int | tuple[int, ...], keepdim: bool, by_name: bool) -> None:
        super().__init__()
        self.dim, self.keepdim, self.by_name = dim, keepdim, by_name

    def forward(self, x: Tensor) -> Tensor:
        if self.by_name:
            return x.mean(dim=self.dim, keepdim=self.keepdim)
        return x.mean(self.dim, self.keepdim)


@pytest.mark.parametrize("keepdim", [True, False])
@pytest.mark.parametrize("by_name", [True, False])
@pytest.mark.parametrize(
    ("shape", "dim", "words"),
    [
        ((1, 8, 6, 6), (2, 3), "global avg pool"),
        ((1, 8, 6, 6), (-1, -2), "global avg pool"),
        ((1, 8, 6, 6), (-2, 3), "global avg pool"),
        ((1, 8, 4, 6, 6), (2, 3, 4), "global avg pool"),
        ((1, 8, 4, 6, 6), (3, 4), "mean"),  # of each frame
        ((1, 8, 4, 6, 6), (-1, -2), "mean"),
        ((1, 6, 6, 8), (1, 2), "mean"),  # channels last
        ((1, 16, 8), (-1, -2), "mean"),  # tokens and channels
        ((1, 16, 8), (1,), "mean"),
        ((1, 16, 8), (-1,), "mean"),  # as in a norm
        ((1, 8, 6, 6), (3,), "mean"),
        ((1, 8, 6, 6), (1, 2, 3), "mean"),
        ((1, 8), (1,), "mean"),
    ],
)
def test_a_mean_over_all_places_is_a_global_pool(
    shape: tuple[int, ...], dim: tuple[int, ...], words: str, keepdim: bool, by_name: bool
) -> None:
    exact = visualize.trace(Mean(dim, keepdim, by_name), shape)
    (mean,) = (layer for layer in exact.operations if layer.type == "mean")
    assert str(operation(mean)) == words
