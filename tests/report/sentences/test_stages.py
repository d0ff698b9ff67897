"""Sentences on stages and blocks."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests import nets
from tests.sentences import written
from visualize.report.language import load_language
from visualize.report.sentences import sentences, stages_sentence


def test_stages_of_blocks() -> None:
    english, chinese = written("resnet18"), written("resnet18", language="zh")
    assert (
        "8 blocks in 4 stages: layer1 2 × BasicBlock, 64 wide, stride 4; layer2 2 × BasicBlock, "
        "128 wide, stride 8; layer3 2 × BasicBlock, 256 wide, stride 16; layer4 2 × BasicBlock, "
        "512 wide, stride 32."
    ) in english
    assert "8 个块，分为 4 个阶段：layer1 含 2 个 BasicBlock，宽度 64，总步幅 4；layer2" in chinese


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "efficientnet_b0",
            "16 blocks in 7 stages: features[1] to features[7], (1, 2, 2, 3, 3, 4, 1) × MBConv, "
            "16–320 wide, stride 2–32.",
        ),
        (
            "vgg16",
            "5 convolutional stages: features[0–2] to features[24–28], (2, 2, 3, 3, 3) convs, "
            "64–512 wide, stride 1–16. Then 3 linear layers: classifier.",
        ),
        ("vit_b_16", "in 1 stage: encoder.layers 12 × EncoderBlock, 768 wide, 197 tokens."),
        ("squeezenet1_1", "features[9–12] 4 × Fire, 384–512 wide, stride 16."),
        ("raft_small", "context_encoder.layer3, 2 × BottleneckBlock each, 32–96 wide."),
        ("r3d_18", "layer2 2 × BasicBlock, 128 wide, stride 2×4×4; layer3"),
    ],
)
def test_many_stages_tokens_and_axes(name: str, words: str) -> None:
    assert words in written(name)


def test_no_stages() -> None:
    layers = nn.Sequential(nn.Sequential(nn.Linear(4, 4), nn.ReLU()), nn.Linear(4, 2))
    assert "stage" not in written(layers, (1, 4))
    assert "block" not in written(nets.UNet(), (1, 3, 32, 32))
    assert "stage" not in written("alexnet")


class Tables(nn.Module):
    """Three tables side by side: layers without blocks, but no stages."""

    def __init__(self) -> None:
        super().__init__()
        self.tables = nn.ModuleList([nn.Embedding(5, 4) for _ in range(3)])
        self.net = nn.Sequential(nn.Linear(12, 8), nn.ReLU(), nn.Linear(8, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Look up, concat, then two layers."""
        parts = [table(x[:, place]) for place, table in enumerate(self.tables)]
        return self.net(torch.cat(parts, 1))


def test_tables_are_no_blocks() -> None:
    described = sentences(
        visualize.summarize(Tables(), torch.zeros(2, 3, dtype=torch.int64)), load_language("en")
    )
    assert not any("block" in sentence or "stage" in sentence for sentence in described)


def test_many_stages_in_chinese() -> None:
    chinese = written("vgg16", language="zh")
    assert "至 features[24–28]，依次含 2、2、3、3、3 个卷积，宽度 64–512，总步幅 1–16。" in chinese
    assert "其后为 3 个全连接层：classifier。" in chinese
    assert "依次含 1、2、2、3、3、4、1 个 MBConv，" in written("efficientnet_b0", language="zh")


class Level(nn.Module):
    """Two blocks of one kind and two of another, then half the resolution."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = nn.ModuleList([nets.Residual.Block(width, width) for _ in range(2)])
        self.other = nn.ModuleList([Added(width) for _ in range(2)])
        self.down = nn.Conv2d(width, 2 * width, 3, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Work, then halve."""
        for block in (*self.first, *self.other):
            x = block(x)
        result: Tensor = self.down(x)
        return result


def test_blocks_that_each_are_alone_are_no_stages() -> None:
    model = nn.Sequential(*[Level(8 * 2**step) for step in range(4)])
    summary = visualize.summarize(model, (1, 8, 32, 32))
    parts = tuple(replace(part, blocks=part.blocks // 2) for part in summary.facts.parts)
    alone = replace(summary, facts=replace(summary.facts, parts=parts))
    assert stages_sentence(alone, load_language("en")) == (
        "8 blocks: 4 × Block, 8–64 wide, stride 1–8; 4 × Added, 8–64 wide, stride 1–8."
    )
    assert "8 个块：4 个 Block，" in stages_sentence(alone, load_language("zh"))


class Added(nn.Module):
    """Two convolutions and a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.before, self.after = (nn.Conv2d(width, width, 3, padding=1) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        """Add."""
        result: Tensor = x + self.after(self.before(x).relu())
        return result


def test_very_many_stages_are_listed_by_kind() -> None:
    model = nn.Sequential(*[Level(8 * 2**step) for step in range(4)])
    english, chinese = (written(model, (1, 8, 32, 32), language=one) for one in ("en", "zh"))
    assert (
        "16 blocks in 8 stages: 8 × Block, 8–64 wide, stride 1–8; 8 × Added, 8–64 wide, stride 1–8."
    ) in english
    assert "16 个块，分为 8 个阶段：8 个 Block，宽度 8–64，总步幅 1–8；8 个 Added" in chinese
