"""What a row is, in words."""

from __future__ import annotations

import torch
from torch import Tensor, nn

import visualize
from visualize.core.summary import Row, Summary
from visualize.report import write_summary


def row(summary: Summary, name: str) -> Row:
    (found,) = (row for row in summary.rows if row.name == name)
    return found


def test_blocks_say_what_their_shortcuts_are(resnet18: Summary) -> None:
    assert row(resnet18, "layer1[0]").skips == {"identity": 1}
    assert row(resnet18, "layer2[0]").skips == {"projection": 1}
    table = write_summary(resnet18, "md")
    assert "BasicBlock, 3×3, /2, projection shortcut" in table
    assert "7×7 conv, 64, /2" in table


def test_sums_in_chinese_say_what_is_summed(resnet18: Summary) -> None:
    table = write_summary(resnet18, "csv", language="zh")
    assert "layer1_total,残差块1（2 个基础块）," in table
    assert "TOTAL,总参数量（ResNet）," in table
    assert "layer2[0],BasicBlock，3×3，步幅 2，投影捷径," in table
    assert "layer1_total,Sequential (2 BasicBlocks)," in write_summary(resnet18, "csv")


def test_stages_in_a_list_have_no_class() -> None:
    class Listed(nn.Module):
        """Blocks in a list."""

        def __init__(self) -> None:
            super().__init__()
            layers = [nn.TransformerEncoderLayer(8, 2, 16, batch_first=True) for _ in range(2)]
            self.layers = nn.ModuleList(layers)

        def forward(self, x: Tensor) -> Tensor:
            for layer in self.layers:
                x = layer(x)
            return x

    listed = visualize.summarize(Listed(), (1, 4, 8))
    described = write_summary(listed, "csv")
    assert "layers_total,2 × TransformerEncoderLayer," in described
    chinese = write_summary(listed, "csv", language="zh")
    assert "layers_total,残差块1（2 个 TransformerEncoderLayer）," in chinese


class Standardized(nn.Conv2d):
    """A convolution of a class of its own."""

    def forward(self, x: Tensor) -> Tensor:
        """With a weight of mean zero."""
        return nn.functional.conv2d(x, self.weight - self.weight.mean(), stride=self.stride)


class Norm(nn.LayerNorm):
    """A norm of a class of its own."""

    def forward(self, x: Tensor) -> Tensor:
        """Normalize."""
        return nn.functional.layer_norm(x, (4,), self.weight, self.bias)


def test_layers_of_other_classes_are_what_they_do_and_norms_what_they_are_called() -> None:
    model = nn.Sequential(Standardized(3, 8, 3, 2, bias=False), Norm(4))
    described = write_summary(visualize.summarize(model, (1, 3, 9, 9)), "csv")
    assert '[0],"3×3 conv, 8, /2",' in described
    assert "[1],Norm," in described
    chinese = write_summary(visualize.summarize(model, (1, 3, 9, 9)), "csv", language="zh")
    assert "[0],3×3 卷积，8，步幅 2," in chinese


class Tied(nn.Module):
    """An embedding whose weight is also that of the last layer."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(10, 4)
        self.head = nn.Linear(4, 10, bias=False)
        self.head.weight = self.embed.weight
        self.extra = nn.Linear(3, 3)
        self.scale = nn.Parameter(torch.ones(4), requires_grad=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """Predict tokens."""
        result: Tensor = self.head(self.embed(tokens) * self.scale)
        return result


def test_tied_frozen_and_unused_parameters_are_listed() -> None:
    summary = visualize.summarize(Tied(), torch.zeros(1, 5, dtype=torch.int64))
    assert row(summary, "embed").parameters == 40
    assert row(summary, "head").parameters == 0
    assert row(summary, "head").shares == ("embed.weight",)
    assert row(summary, "scale").weight == (4,)
    assert row(summary, "unused").parameters == 12
    table = write_summary(summary, "table")
    assert "tied to embed.weight" in table
    assert "frozen" in table
    assert "never used: extra" in table
    assert "56 parameters (224 B, float32): 52 trainable (92.9 %), 4 frozen.\n" in table
    assert "12 parameters (21.4 %) are never used: extra.\n" in table
    assert "Tied weights (counted once): embed.weight = head.weight." in table


class Listed(nn.Module):
    """Residual blocks in a list, which is not called."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Residual() for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        return x


class Residual(nn.Module):
    """Two layers and a shortcut."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4))

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = x + self.inner(x)
        return result


def test_a_list_of_blocks_is_described_by_them() -> None:
    summary = visualize.summarize(Listed(), (1, 4))
    assert row(summary, "blocks_total").stage == 1
    assert "blocks_total,2 × Residual," in write_summary(summary, "csv")
    assert "blocks_total,残差块1（2 个 Residual）," in write_summary(summary, "csv", language="zh")


def test_the_total_of_a_single_layer_is_its_class() -> None:
    single = visualize.summarize(nn.Bilinear(4, 4, 2), ((1, 4), (1, 4)))
    assert single.to_text(format="csv", columns="description").splitlines()[-1] == "Bilinear"
    chinese = single.to_text(format="csv", columns="description", language="zh")
    assert chinese.splitlines()[-1] == "总参数量（Bilinear）"
