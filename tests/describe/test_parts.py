"""Stages with their width and stride, and the modules between them."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize
from tests import nets
from visualize.core.summary import Part


def stages(model: nn.Module | str, inputs: object = None) -> list[Part]:
    """The stages of a model."""
    return [part for part in visualize.summarize(model, inputs).facts.parts if part.blocks]


@pytest.mark.parametrize(
    ("name", "widths", "strides"),
    [
        ("resnet50", [256, 512, 1024, 2048], [4, 8, 16, 32]),
        ("densenet121", [256, 512, 1024, 1024], [4, 8, 16, 32]),
        ("squeezenet1_1", [128, 256, 512], [4, 8, 16]),  # convolutions without padding
        ("swin_t", [96, 192, 384, 768], [4, 8, 16, 32]),  # channels last
        ("timm:tresnet_m", [64, 128, 1024, 2048], [4, 8, 16, 32]),  # space to depth
        ("deeplabv3_resnet50", [256, 512, 1024, 2048], [4, 8, 8, 8]),  # dilated
    ],
)
def test_widths_and_strides(name: str, widths: list[int], strides: list[int]) -> None:
    found = stages(name)
    assert [stage.width for stage in found] == widths
    assert [stage.stride for stage in found] == [(stride, stride) for stride in strides]


@pytest.mark.parametrize(
    ("name", "widths", "strides"),
    [
        ("mobilenet_v3_large", [(16,), (24,), (40,), (80, 112), (160,)], [2, 4, 8, 16, 32]),
        ("squeezenet1_1", [(128,), (256,), (384, 512)], [4, 8, 16]),
        ("densenet121", [(256,), (512,), (1024,), (1024,)], [4, 8, 16, 32]),  # joined
        ("resnet18", [(64,), (128,), (256,), (512,)], [4, 8, 16, 32]),
    ],
)
def test_blocks_of_several_widths(
    name: str, widths: list[tuple[int, ...]], strides: list[int]
) -> None:
    found = stages(name)
    assert [stage.widths for stage in found] == widths
    assert [stage.strides for stage in found] == [((stride, stride),) for stride in strides]


class TwoScales(nn.Module):
    """Blocks that each work at two resolutions, as in HRNet."""

    class Block(nn.Module):
        """A convolution at each, and one from the higher to the lower."""

        def __init__(self) -> None:
            super().__init__()
            self.high, self.low = nn.Conv2d(4, 4, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)
            self.down = nn.Conv2d(4, 8, 3, 2, padding=1)

        def forward(self, both: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
            high, low = both
            return high + self.high(high).relu(), low + (self.low(low) + self.down(high)).relu()

    def __init__(self) -> None:
        super().__init__()
        self.stem, self.down = nn.Conv2d(3, 4, 3, 2, 1), nn.Conv2d(4, 8, 3, 2, 1)
        self.blocks = nn.Sequential(*[self.Block() for _ in range(3)])

    def forward(self, x: Tensor) -> Tensor:
        """Join both in the end."""
        high = self.stem(x)
        high, low = self.blocks((high, self.down(high)))
        return torch.cat([high.mean((2, 3)), low.mean((2, 3))], 1)


def test_blocks_of_several_resolutions() -> None:
    (stage,) = stages(TwoScales(), (1, 3, 32, 32))
    assert (stage.widths, stage.strides) == ((4, 8), ((2, 2), (4, 4)))


def test_patches_are_places_and_a_class_token_is_none() -> None:
    (mixer,) = stages("timm:mixer_b16_224")
    assert (mixer.width, mixer.places, mixer.stride) == (768, 196, (16,))
    (transformer,) = stages("vit_b_16")
    assert (transformer.width, transformer.places, transformer.stride) == (768, 197, ())


class Last(nn.Module):
    """A causal network whose last step alone is read: the slice is not part of its blocks."""

    def __init__(self) -> None:
        super().__init__()
        kinds = [nets.Residual.Block(4, 4), nets.Residual.Block(4, 4)]
        self.blocks = nn.Sequential(*kinds)

    def forward(self, x: Tensor) -> Tensor:
        """Take the last column."""
        return self.blocks(x)[..., -1]


def test_reshaping_by_the_code_around_is_not_the_result_of_a_stage() -> None:
    (stage,) = stages(Last(), (1, 4, 8, 6))
    assert stage.tensor.shown == (4, 8, 6)
    assert stage.stride == (1, 1)


def test_tokens_have_no_stride() -> None:
    layers = nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 4, 32, batch_first=True), 2)
    (stage,) = stages(layers, (1, 8, 16))
    assert (stage.width, stage.places, stage.stride) == (16, 8, ())


class Early(nn.Module):
    """The second stage begins with work on the input, before the first stage runs."""

    class Block(nn.Module):
        def __init__(self, wide: int, out: int) -> None:
            super().__init__()
            self.squash = nn.Tanh()
            self.up = nn.Conv2d(wide, out, 3, padding=1)
            self.down = nn.Conv2d(out, out, 3, padding=1)

        def forward(self, x: Tensor) -> Tensor:
            return self.down(self.up(x).relu())

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Sequential(self.Block(4, 4), self.Block(4, 4), nn.MaxPool2d(2))
        self.second = nn.Sequential(self.Block(4, 8), self.Block(8, 8))

    def forward(self, x: Tensor) -> Tensor:
        """Squash with a module of the second part, then run both."""
        return self.second(self.first(self.second[0].squash(x)))


def test_parts_are_in_the_order_of_their_layers() -> None:
    found = stages(Early(), torch.zeros(1, 4, 20, 20))
    assert [stage.name for stage in found] == ["first", "second"]


class Attend(nn.Module):
    """A residual block whose attention is a function."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.projections = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """Attend to all places."""
        q, k, v = self.projections(x).chunk(3, -1)
        result: Tensor = x + self.out(nn.functional.scaled_dot_product_attention(q, k, v))
        return result


def test_a_block_on_its_own_is_one_part_with_its_functions() -> None:
    def half() -> nn.Module:
        blocks = nn.Sequential(*[nn.TransformerEncoderLayer(16, 2, 32) for _ in range(2)])
        return nn.Sequential(nn.Linear(16, 16), Attend(16), blocks)

    model = nn.Sequential(half(), nn.Linear(16, 16), half())
    parts = visualize.summarize(model, (1, 8, 16)).facts.parts
    names = ["0.0", "0.1", "0.2", "1", "2.0", "2.1", "2.2"]
    assert [part.name for part in parts] == names
    assert parts[1].parameters == 4 * 16 * 16 + 4 * 16
    assert parts[1].macs == parts[5].macs == 8 * 4 * 16 * 16 + 2 * 8 * 8 * 16
