"""Captions: what stands below a figure is computed, and true of what is drawn."""

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


def test_name_size_stages_skips_and_cost_are_told(resnet18: Figure) -> None:
    told = resnet18.caption()
    for words in (
        "resnet18 (ResNet). It has 11,689,512 parameters, all trainable",
        "For an input of 3×224×224 it takes 1.814 G multiply-accumulates (MACs).",
        "Its 8 blocks make up 4 stages: layer1 (2 BasicBlocks, 64×56×56), layer2",
        "It has 8 skip connections: 5 identity, 3 projection.",
        "Each box is a layer",
        "What repeats is drawn once, with its number.",
        "Skip connections have lines of their own: identity solid, projection dashed.",
    ):
        assert words in told
    assert "\n" not in told


def test_alternative_text_tells_what_is_seen(resnet18: Figure) -> None:
    assert resnet18.alternative_text() == (
        "Diagram of resnet18 in 26 boxes: image 3×224×224; 7×7 conv, 64, /2; max pool 3×3, /2; "
        "layer1; layer2; layer3; layer4; global avg pool; Linear, 512 → 1000. "
        "Skip connections: 5 identity, 3 projection. "
        "11,689,512 parameters, 1.814 G MACs."
    )


def test_both_are_told_in_chinese(resnet18: Figure) -> None:
    told = resnet18.caption("zh")
    assert told.startswith("resnet18 (ResNet)。共有 11,689,512 个参数")
    assert "跳跃连接各有线型：恒等为实线、投影为虚线。" in told
    assert "共 26 个方框：image 3×224×224；7×7 conv" in resnet18.alternative_text("zh")
    assert "5 个恒等、3 个投影" in told


def test_only_what_is_drawn_is_explained() -> None:
    block = drawn("residual", level="block").caption()
    assert "Each box is a block or another module as a whole, or a layer." in block
    assert "lines of their own" not in block
    assert "4 skip connections are inside of boxes." in block
    stage = drawn("residual", level="stage").caption()
    assert "Each box is a stage as a whole, or a layer." in stage
    mixed = drawn("residual", level="stage", expand=["stage2"]).caption()
    assert "Each box is a stage, a block or another module as a whole, or a layer." in mixed
    operations = drawn("residual", level="op", fold=False)
    assert "Each box is an operation." in operations.caption()
    assert "What repeats" not in operations.caption()
    unet = drawn("unet").caption()
    assert "concat double" in unet
    assert "identity" not in unet


class Plain(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.relu()


def test_a_model_of_next_to_nothing_has_a_caption() -> None:
    figure = visualize.draw(Plain(), (1, 4))
    assert figure.caption().startswith("Plain. It has no parameters. For an input of 4 it takes 0")
    assert "It has no skip connections." in figure.caption()
    assert "stages" not in figure.caption()
    assert "Skip connections: none." in figure.alternative_text()


def test_colours_hidden_parts_and_a_part_alone_are_told() -> None:
    figure = visualize.draw(
        models.resnet18(), (1, 3, 64, 64), only="layer2", hide=["layer2.1"], color_by="macs"
    )
    told = figure.caption()
    assert told.startswith("ResNet, layer2 (Sequential). It has 525,568 parameters")
    assert "The stronger its colour, the more MACs a box takes." in told
    assert "7 operations are not drawn." in told


def test_a_long_model_is_cut_short() -> None:
    told = visualize.draw("densenet169", level="layer").alternative_text()
    assert told.count("; ") == 15
    assert "; …; " in told
    assert "6 DenseLayers; Transition, 128" in visualize.draw("densenet121").alternative_text()


def test_frames_and_equal_boxes_are_told_once() -> None:
    told = visualize.draw("vit_b_16", level="layer").alternative_text()
    assert "patch embedding 16×16, 768; encoder.layers; LayerNorm; Linear" in told


class Nothing(nn.Module):
    def forward(self) -> Tensor:
        return torch.ones(3)


def test_a_model_without_inputs_tells_no_shapes() -> None:
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
    assert caption.startswith("squeezenet1_1 (SqueezeNet). It has 1,235,496 parameters")
    assert alternative.startswith("Alternative text: Diagram of squeezenet1_1 in ")
    CliRunner().invoke(main, [*command, "--lang", "zh"])
    assert "替代文本：squeezenet1_1" in (tmp_path / "b.caption.txt").read_text()
