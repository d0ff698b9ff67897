"""Captions: computed, and true of what is drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from torch import Tensor, nn
from torchvision import models

import visualize
from tests.nets import NETS
from visualize.cli import main
from visualize.figure import Figure


@pytest.fixture(scope="module")
def resnet18() -> Figure:
    return visualize.draw("resnet18")


def drawn(name: str, **options: object) -> Figure:
    net, shapes = NETS[name]
    return visualize.draw(net(), shapes, **options)


def test_name_size_cost_stages_skips_and_how_to_read(resnet18: Figure) -> None:
    text = resnet18.caption()
    for words in (
        "resnet18 (ResNet). 11,689,512 parameters (46.8 MB, float32), all trainable.",
        "9,620 buffer elements (38.6 kB, float32, int64). For an",
        "For an input of 3×224×224 it needs 1.814 G multiply-accumulates (MACs).",
        "8 blocks in 4 stages: layer1 2 × BasicBlock, 64 wide, stride 4; layer2",
        "8 skip connections: 5 identity, 3 projection.",
        "Each box is a layer with the norm and activation that follow it.",
        "Repeated blocks are drawn once and marked ×N.",
        "Line styles of skip connections: solid for identity, dashed for projection.",
    ):
        assert words in text
    assert "\n" not in text


def test_costs_are_those_of_the_batch() -> None:
    figure = visualize.draw(nn.Conv2d(3, 8, 1), (6, 3, 32, 32))
    assert figure.architecture.macs == 6 * 8 * 3 * 32 * 32
    assert "For a batch of 6 with an input of 3×32×32 it needs 147.5 k" in figure.caption()
    assert "批大小为 6、输入为 3×32×32 时" in figure.caption("zh")
    assert figure.alternative_text().endswith("32 parameters, 147.5 k MACs (batch 6).")
    several = visualize.draw(nn.Bilinear(3, 4, 5), [(2, 3), (2, 4)])
    assert "For a batch of 2 with inputs of 3 and 4 it needs" in several.caption()


def test_alternative_text_lists_boxes_and_totals(resnet18: Figure) -> None:
    assert resnet18.alternative_text() == (
        "Diagram of resnet18 with 27 boxes: image 3×224×224; 7×7 conv, 64, /2; max pool 3×3, /2; "
        "layer1; layer2; layer3; layer4; global avg pool; Linear, 512 → 1000; output 1000. "
        "Skip connections: 5 identity, 3 projection. "
        "11,689,512 parameters, 1.814 G MACs."
    )


def test_both_in_chinese(resnet18: Figure) -> None:
    text = resnet18.caption("zh")
    assert text.startswith(
        "resnet18（ResNet）。共 11,689,512 个参数（46.8 MB，float32），全部可训练。"
    )
    assert "跳跃连接的线型：实线表示恒等、虚线表示投影。" in text
    alternative = resnet18.alternative_text("zh")
    assert "共 27 个方框：图像 3×224×224；7×7 卷积，64，步幅 2；最大池化 3×3，步幅 2" in alternative
    assert "恒等捷径 5 条、投影捷径 3 条" in text


def test_only_what_is_drawn_is_explained() -> None:
    block = drawn("residual", level="block", details="none").caption()
    assert "Each box is a layer or a collapsed module." in block
    assert "solid for identity, dashed for projection" in block  # of the arcs beside boxes
    assert "4 skip connections lie inside collapsed boxes." in block
    stage = drawn("residual", level="stage").caption()
    assert "Each box is a layer or a collapsed stage." in stage
    mixed = drawn("residual", level="stage", expand=["stage2"]).caption()
    assert "Each box is a layer, a collapsed module or a collapsed stage." in mixed
    operations = drawn("residual", level="op", fold=False)
    assert "Each box is one operation." in operations.caption()
    assert "Repeated blocks" not in operations.caption()
    unet = drawn("unet").caption()
    assert "double for concat" in unet
    assert "identity" not in unet


class Plain(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.relu()


def test_a_model_of_next_to_nothing_has_a_caption() -> None:
    figure = visualize.draw(Plain(), (1, 4))
    assert figure.caption().startswith("Plain. No parameters. For an input of 4 it needs 0")
    assert "No skip connections." not in figure.caption()
    assert "stages" not in figure.caption()
    assert "Skip connections: none." in figure.alternative_text()


def test_colours_hidden_operations_and_a_single_part() -> None:
    figure = visualize.draw(
        models.resnet18(), (1, 3, 64, 64), only="layer2", hide=["layer2.1"], color_by="macs"
    )
    text = figure.caption()
    assert text.startswith("ResNet, layer2 (Sequential). 525,568 parameters")
    assert "Darker boxes use more MACs." in text
    dark = drawn("residual", color_by="macs", theme="dark").caption()
    assert "Brighter boxes use more MACs." in dark
    assert "7 operations are hidden." in text


def test_a_long_model_is_cut_short() -> None:
    text = visualize.draw("densenet169", level="layer").alternative_text()
    assert text.count("; ") == 15
    assert "; …; " in text
    assert "6 DenseLayers; Transition, 128" in visualize.draw("densenet121").alternative_text()


def test_frames_and_equal_boxes_are_named_once() -> None:
    text = visualize.draw("vit_b_16", level="layer").alternative_text()
    assert "patch embedding 16×16, 768; class token, 768; encoder.layers; LayerNorm; Linear" in text


class Nothing(nn.Module):
    def forward(self) -> Tensor:
        return torch.ones(3)


def test_a_model_without_inputs_has_no_shapes() -> None:
    figure = visualize.draw(Nothing(), ())
    assert "For an input" not in figure.caption()
    assert ": ." not in figure.alternative_text()


def test_the_command_writes_it_beside_each_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    command = ["draw", "squeezenet1_1", "-o", "a.svg", "-o", "a.json", "-o", "b.json", "--caption"]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    assert "a.caption.txt, b.caption.txt" in result.stdout
    caption, alternative = (tmp_path / "a.caption.txt").read_text().strip().split("\n\n")
    assert caption.startswith("squeezenet1_1 (SqueezeNet). 1,235,496 parameters")
    assert alternative.startswith("Alternative text: Diagram of squeezenet1_1 with ")
    CliRunner().invoke(main, [*command, "--lang", "zh"])
    assert "替代文本：squeezenet1_1" in (tmp_path / "b.caption.txt").read_text()


def test_several_inputs_are_listed_with_one_and() -> None:
    class Add(nn.Module):
        def forward(self, a: Tensor, b: Tensor, c: Tensor) -> Tensor:
            return a + b + c

    figure = visualize.draw(Add(), ((1, 2), (1, 1), (1, 2)))
    assert "For inputs of 2, 1 and 2 it needs" in figure.caption()
    assert "输入为 2、1 和 2 时" in figure.caption("zh")


class Language(nn.Module):
    """Logits for tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.head = nn.Embedding(50, 8), nn.Linear(8, 50)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.head(self.embed(tokens))


def test_the_cost_of_a_sequence_is_that_of_its_tokens() -> None:
    figure = visualize.draw(Language(), torch.zeros(1, 7, dtype=torch.long))
    assert "For 7 tokens it needs 2.8 k multiply-accumulates (MACs)." in figure.caption()
    assert "输入 7 个词元时，需 2800 次乘加（2.8 k MACs）。" in figure.caption("zh")


def test_panels_are_explained() -> None:
    figure = visualize.draw("resnet50")
    assert [one.letter for one in figure.scene.details] == ["A", "B"]
    assert "Panels A, B show what is inside the boxes with these letters" in figure.caption()
    assert "分图 A、B" in figure.caption("zh")
    (one,) = visualize.draw("resnet50", details="layer1[0]").scene.details
    assert one.of == ("layer1.0", "layer2.0", "layer3.0", "layer4.0")
    assert "Panel" not in visualize.draw("resnet50", details="none").caption()
