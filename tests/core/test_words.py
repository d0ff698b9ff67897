"""Operations in words, in English and Chinese."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models.swin_transformer import ShiftedWindowAttention

import visualize
from tests.layers import Function, weighted
from visualize.core.summary import RowKind
from visualize.core.words import operation
from visualize.report.language import load_language

CHINESE = load_language("zh")
CASES = [
    (nn.InstanceNorm3d(4), (1, 4, 2, 2, 2), "InstanceNorm", "InstanceNorm"),
    (nn.Conv2d(3, 8, 3, stride=2), (1, 3, 9, 9), "3×3 conv, 8, /2", "3×3 卷积，8，步幅 2"),
    (
        nn.Conv1d(4, 8, 3, dilation=2),
        (1, 4, 9),
        "1-d conv, 8, kernel 3, dilation 2",
        "一维卷积，8，核大小 3，膨胀率 2",
    ),
    (
        nn.Conv2d(4, 8, 3, dilation=(1, 2)),
        (1, 4, 9, 9),
        "3×3 conv, 8, dilation 1×2",
        "3×3 卷积，8，膨胀率 1×2",
    ),
    (nn.Conv2d(4, 4, 3, groups=4), (1, 4, 9, 9), "3×3 depthwise conv, 4", "3×3 深度卷积，4"),
    (nn.Conv2d(4, 4, 3, groups=2), (1, 4, 9, 9), "3×3 grouped conv, 4", "3×3 分组卷积，4"),
    (nn.ConvTranspose2d(4, 2, 2, 2), (1, 4, 9, 9), "2×2 up-conv, 2, ↑2", "2×2 转置卷积，2，步幅 2"),
    (
        nn.Conv1d(4, 4, 5, groups=4),
        (1, 4, 9),
        "1-d depthwise conv, 4, kernel 5",
        "一维深度卷积，4，核大小 5",
    ),
    (nn.Conv3d(1, 4, (1, 3, 3)), (1, 1, 9, 9, 9), "1×3×3 conv, 4", "1×3×3 卷积，4"),
    (
        nn.ConvTranspose1d(4, 2, 4, 2),
        (1, 4, 9),
        "1-d up-conv, 2, kernel 4, ↑2",
        "一维转置卷积，2，核大小 4，步幅 2",
    ),
    (
        nn.ConvTranspose2d(4, 4, 3, groups=4),
        (1, 4, 9, 9),
        "3×3 depthwise up-conv, 4",
        "3×3 深度转置卷积，4",
    ),
    (
        nn.ConvTranspose2d(4, 8, 3, groups=2),
        (1, 4, 9, 9),
        "3×3 grouped up-conv, 8",
        "3×3 分组转置卷积，8",
    ),
    (nn.MaxPool2d(3, 2), (1, 4, 9, 9), "max pool 3×3, /2", "最大池化 3×3，步幅 2"),
    (nn.AvgPool3d(2), (1, 4, 8, 8, 8), "avg pool 2×2×2, /2", "平均池化 2×2×2，步幅 2"),
    (nn.MaxPool1d(3, 1), (1, 4, 9), "1-d max pool, kernel 3", "一维最大池化，核大小 3"),
    (nn.AdaptiveAvgPool1d(3), (4, 9), "1-d avg pool to 3", "一维平均池化至 3"),
    (nn.AdaptiveMaxPool1d(1), (1, 4, 9), "global max pool", "全局最大池化"),
    (nn.AdaptiveAvgPool2d(1), (1, 4, 9, 9), "global avg pool", "全局平均池化"),
    (nn.AdaptiveAvgPool2d(3), (1, 4, 9, 9), "avg pool to 3×3", "平均池化至 3×3"),
    (nn.Linear(768, 3072), (1, 768), "Linear, 768 → 3072", "线性层，768 → 3072"),
    (nn.LayerNorm(8), (1, 8), "LayerNorm", "LayerNorm"),
    (nn.BatchNorm2d(4), (1, 4, 9, 9), "BatchNorm", "BatchNorm"),
    (nn.Upsample(scale_factor=2), (1, 4, 9, 9), "2× nearest resize", "2 倍最近邻插值"),
    (nn.PixelShuffle(2), (1, 4, 9, 9), "2× pixel shuffle", "2 倍像素重排"),
    (nn.Dropout(0.5), (1, 8), "dropout 0.5", "Dropout 0.5"),
    (nn.LSTM(8, 4, num_layers=2), (3, 1, 8), "LSTM, 8 → 4, 2 layers", "LSTM，8 → 4，2 层"),
    (nn.GRU(8, 4, bidirectional=True), (3, 1, 8), "bidirectional GRU, 8 → 4", "双向 GRU，8 → 4"),
    (nn.LSTM(8, 4, proj_size=2), (3, 1, 8), "LSTM, 8 → 4, projected to 2", "LSTM，8 → 4，投影至 2"),
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


def test_a_bag_of_embeddings_says_how_it_is_pooled() -> None:
    bags = [nn.EmbeddingBag(9, 4), nn.EmbeddingBag(9, 4, mode="max")]
    bags.append(Function(lambda m, x: F.embedding_bag(x, m.table, mode="sum"), table=(9, 4)))
    ways = ["mean", "max", "sum"]
    for bag, way in zip(bags, ways, strict=True):
        exact = visualize.trace(nn.Sequential(bag), (torch.zeros(2, 3, dtype=torch.int64),))
        (layer,) = weighted(exact)
        assert str(operation(layer)) == f"EmbeddingBag ({way}), 9 → 4"


def test_an_equation_is_written_unless_it_is_a_linear_layer() -> None:
    model = Function(
        lambda m, x: torch.einsum("bij, bkj -> bik", torch.einsum("bij,jk", x, m.w), x), w=(4, 4)
    )
    exact = visualize.trace(model, (2, 3, 4))
    words = [str(operation(one)) for one in exact.operations if one.type == "einsum"]
    assert words == ["Linear, 4 → 4", "einsum bij,bkj→bik"]


@pytest.mark.parametrize(
    ("shift", "side", "words"),
    [
        ([2, 2], 8, "shifted window attention"),
        ([0, 2], 8, "shifted window attention"),
        ([0, 0], 8, "window attention"),
        ([2, 2], 4, "window attention"),  # one window covers all, so nothing is shifted
    ],
)
def test_windows_are_shifted_only_where_they_move(shift: list[int], side: int, words: str) -> None:
    attention = ShiftedWindowAttention(8, [4, 4], shift, num_heads=2)
    model = nn.Sequential(attention, nn.Linear(8, 8))
    scene = visualize.draw(model, (1, side, side, 8), level="layer").scene
    assert [box.label[0] for box in scene.boxes if "window" in box.label[0]] == [words]


def test_parts_of_complex_tensors_have_names() -> None:
    model = Function(lambda m, x: torch.fft.rfft(x).real + torch.fft.rfft(x).imag)
    exact = visualize.trace(model, (2, 8))
    words = {str(operation(one)) for one in exact.operations}
    assert {"real part", "imaginary part"} <= words
    assert not any("getattr" in word for word in words)


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


def test_a_write_to_a_slice_in_words() -> None:
    class Write(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            y = x * 2
            y[:, :2] += x[:, 2:]
            return y

    rows = visualize.summarize(Write(), (1, 4), depth=9).rows
    words = next(row.words for row in rows if row.name == "setitem")
    assert (str(words), words.write(CHINESE)) == ("write slice", "写入切片")
