"""Kernel, stride, groups, expansion, heads and MLP ratio of blocks, where they are clear."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import visualize
from visualize.describe.traits import block_traits


def traits(block: nn.Module, shape: tuple[int, ...]) -> str:
    """The traits of a whole model, as if it were a block."""
    exact = visualize.trace(block, shape)
    (total,) = visualize.summarize(exact).rows[-1:]
    return str(block_traits(exact, exact.operations, exact.skips, total.outputs))


@pytest.mark.parametrize(
    ("name", "row", "words"),
    [
        ("resnet18", "layer2[0]", "3×3, /2"),
        ("resnet50", "layer1[0]", "3×3, expansion 4"),
        ("resnext50_32x4d", "layer2[0]", "3×3, /2, 32 groups, expansion 2"),
        ("efficientnet_b0", "features[4][0]", "3×3, /2, expansion 6"),
        ("efficientnet_b0", "features[5][0]", "5×5, expansion 6"),
        ("mobilenet_v3_small", "features[2]", "3×3, /2, expansion 4.5"),
        ("convnext_tiny", "features[1][0]", "7×7, expansion 4"),
        ("densenet121", "features.denseblock1.denselayer1", "3×3"),
        ("inception_v3", "Mixed_6b", ""),
        ("vit_b_16", "encoder.layers.encoder_layer_0", "12 heads, MLP ratio 4"),
        ("timm:swin_tiny_patch4_window7_224", "layers[1].blocks[0]", "6 heads, MLP ratio 4"),
        ("hf:MistralConfig?num_hidden_layers=2", "model.layers[0]",
         "32 heads, 8 KV heads, MLP ratio 3.5"),
        ("wide_resnet50_2", "layer1[0]", "3×3, expansion 2"),
        ("timm:mixer_b16_224", "blocks[0]", "MLP ratio 4"),
        ("timm:resmlp_12_224", "blocks[0]", "MLP ratio 4"),
        ("timm:poolformer_s12", "stages[0].blocks[0]", "MLP ratio 4"),
        ("timm:dla34", "level2.root", ""),
    ],
)  # fmt: skip
def test_published_blocks(name: str, row: str, words: str) -> None:
    rows = {one.name: one for one in visualize.summarize(name).rows}
    assert str(rows[row].traits) == words


def conv(inputs: int, outputs: int, kernel: int = 3, **given: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, **given)


class Residual(nn.Module):
    """What it is given beside what its layers make of it."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Add."""
        added: Tensor = x + self.layers(x)
        return added


IMAGE = (1, 16, 8, 8)


def test_kernels_of_one_size() -> None:
    assert traits(Residual(conv(16, 16), nn.ReLU(), conv(16, 16)), IMAGE) == "3×3"
    assert traits(Residual(conv(16, 16), nn.ReLU(), conv(16, 16, 5)), IMAGE) == ""
    assert traits(Residual(nn.Conv2d(16, 16, (1, 7), padding=(0, 3))), IMAGE) == "1×7"
    assert traits(Residual(nn.Conv1d(16, 16, 3, padding=1)), (1, 16, 8)) == "kernel 3"
    dilated = nn.Conv2d(16, 16, 3, padding=2, dilation=2)
    assert traits(Residual(dilated), IMAGE) == "3×3, dilation 2"
    along_one_axis = nn.Conv2d(16, 16, 3, padding="same", dilation=(1, 3))
    assert traits(Residual(along_one_axis), IMAGE) == "3×3, dilation 1×3"


def test_strides_of_what_leaves_the_block() -> None:
    halves = nn.Sequential(conv(16, 16), nn.ReLU(), nn.AvgPool2d(2))
    assert traits(halves, IMAGE) == "3×3, /2"
    twice = nn.Sequential(conv(16, 16, stride=2), nn.ReLU(), conv(16, 16, stride=2))
    assert traits(twice, IMAGE) == "3×3"
    back = nn.Sequential(conv(16, 16, stride=2), nn.ReLU(), nn.Upsample(scale_factor=2))
    assert traits(back, IMAGE) == "3×3"
    assert traits(nn.Sequential(nn.Conv2d(16, 16, 3), nn.ReLU()), IMAGE) == "3×3"


def test_groups_but_not_depthwise() -> None:
    assert traits(Residual(conv(16, 16, groups=4)), IMAGE) == "3×3, 4 groups"
    assert traits(Residual(conv(16, 16, groups=16)), IMAGE) == "3×3"


def test_expansion_needs_one_width_inside_and_a_projection_at_its_end() -> None:
    inverted = (conv(16, 48, 1), nn.ReLU(), conv(48, 48, groups=48), nn.ReLU(), conv(48, 16, 1))
    assert traits(Residual(*inverted), IMAGE) == "3×3, expansion 3"
    bottleneck = (conv(16, 4, 1), nn.ReLU(), conv(4, 4), nn.ReLU(), conv(4, 16, 1))
    assert traits(Residual(*bottleneck), IMAGE) == "3×3, expansion 4"
    assert traits(Residual(conv(16, 64), nn.ReLU(), conv(64, 16)), IMAGE) == "3×3"
    funnel = (conv(16, 64, 1), nn.ReLU(), conv(64, 32), nn.ReLU(), conv(32, 16, 1))
    assert traits(Residual(*funnel), IMAGE) == "3×3"


class Excited(nn.Module):
    """A convolution whose channels are weighted by a convolution over them, with its own kernel."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = conv(16, 16)
        self.gate = nn.Conv1d(1, 1, 5, padding=2)

    def forward(self, x: Tensor) -> Tensor:
        """Weigh."""
        y = self.conv(x)
        weights = self.gate(y.mean((2, 3)).unsqueeze(1)).squeeze(1)
        result: Tensor = x + y * torch.sigmoid(weights)[:, :, None, None]
        return result


def test_layers_of_a_gate_do_not_count() -> None:
    assert traits(Excited(), IMAGE) == "3×3"


class Attention(nn.Module):
    """Attention among the tokens of a window, by formula or by function, with or without heads."""

    def __init__(self, heads: int, *, by_formula: bool, windows: bool = False) -> None:
        super().__init__()
        self.heads, self.by_formula, self.windows = heads, by_formula, windows
        self.attention = nn.ModuleDict({"qkv": nn.Linear(16, 48), "proj": nn.Linear(16, 16)})
        self.mlp = nn.Sequential(nn.Linear(16, 40), nn.GELU(), nn.Linear(40, 16))

    def attend(self, x: Tensor) -> Tensor:
        """Attend to the tokens, of all the input or of four windows."""
        batch, tokens, width = x.shape
        parts = self.attention["qkv"](x).chunk(3, -1)
        if self.windows:
            shape = (batch, 4, tokens // 4, width)
            q, k, v = (part.reshape(shape) for part in parts)
        else:
            shape = (batch, tokens, self.heads, width // self.heads)
            q, k, v = (part.reshape(shape).transpose(1, 2) for part in parts)
        if self.by_formula:
            result = (q @ k.transpose(-2, -1)).softmax(-1) @ v
        else:
            result = F.scaled_dot_product_attention(q, k, v)
        result = result if self.windows else result.transpose(1, 2)
        attended: Tensor = self.attention["proj"](result.reshape(batch, tokens, width))
        return attended

    def forward(self, x: Tensor) -> Tensor:
        """Attend, then work on each token."""
        x = x + self.attend(x)
        result: Tensor = x + self.mlp(x)
        return result


@pytest.mark.parametrize("by_formula", [True, False])
def test_blocks_that_return_more_have_heads_too(by_formula: bool) -> None:
    class Cached(Attention):
        def forward(self, x: Tensor) -> Any:
            """Return what it keeps, too."""
            return super().forward(x), 2 * x

    assert traits(Cached(2, by_formula=by_formula), (1, 8, 16)) == "2 heads, MLP ratio 2.5"


def test_a_block_with_results_of_two_sizes_has_no_stride() -> None:
    class Pyramid(Residual):
        def forward(self, x: Tensor) -> Any:
            """Return the smaller one, and what it is made of."""
            return self.layers(x), x

    assert traits(Pyramid(nn.Conv2d(16, 16, 3, 2, 1)), IMAGE) == "3×3"


@pytest.mark.parametrize("by_formula", [True, False])
def test_heads_are_not_windows(by_formula: bool) -> None:
    heads = Attention(2, by_formula=by_formula)
    assert traits(heads, (1, 8, 16)) == "2 heads, MLP ratio 2.5"
    windows = Attention(1, by_formula=by_formula, windows=True)
    assert traits(windows, (1, 8, 16)) == "MLP ratio 2.5"


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ((nn.Linear(16, 40), nn.GELU(), nn.Linear(40, 16)), "MLP ratio 2.5"),
        ((nn.Linear(16, 16), nn.Linear(16, 48), nn.ReLU(), nn.Linear(48, 16)), "MLP ratio 3"),
        ((nn.Linear(16, 4), nn.ReLU(), nn.Linear(4, 16)), ""),  # narrower inside
        ((nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 16)), ""),
    ],
)
def test_residual_blocks_of_linear_layers(layers: Sequence[nn.Module], words: str) -> None:
    assert traits(Residual(*layers), (1, 8, 16)) == words


def test_a_plain_head_has_no_ratio() -> None:
    assert traits(nn.Sequential(nn.Linear(16, 40), nn.Linear(40, 16)), (1, 16)) == ""


def test_attention_that_is_one_module_beside_layers_of_the_block_itself() -> None:
    layer = nn.TransformerEncoderLayer(16, 4, 48, batch_first=True)
    assert traits(layer, (1, 8, 16)) == "4 heads, MLP ratio 3"


def test_a_container_at_the_end_of_the_table_is_no_block() -> None:
    rows = visualize.summarize("resnet18", depth=1).rows
    assert not any(row.traits for row in rows if row.name == "layer1")
