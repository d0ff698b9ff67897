"""A closed block says its kernel, stride, expansion and dilation, a closed stage its name."""

from __future__ import annotations

import pytest
from torch import Tensor, nn

import visualize
from tests import nets


class Block(nn.Module):
    """An inverted residual, or a plain one without depthwise convolutions."""

    def __init__(self, width: int, kernel: int, stride: int, expand: int, dilation: int) -> None:
        super().__init__()
        inner, pad = width * abs(expand), dilation * (kernel // 2)
        groups = inner if expand > 0 else 1
        self.first = nn.Conv2d(width, inner, 1)
        self.wide = nn.Conv2d(inner, inner, kernel, stride, pad, groups=groups, dilation=dilation)
        self.last = nn.Conv2d(inner, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.wide(self.first(x).relu()).relu())


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ((8, 5, 2, 6, 1), "5×5, /2, expand 6"),
        ((8, 3, 1, 4, 1), "3×3, expand 4"),
        ((8, 3, 1, 1, 2), "3×3, dilation 2"),
        ((8, 3, 2, -2, 1), "/2"),
        ((8, 3, 1, -2, 4), "dilation 4"),
        ((8, 7, 1, -1, 1), "7×7"),
        ((8, 3, 1, -1, 1), ""),
    ],
)
def test_what_distinguishes_a_block(settings: tuple[int, ...], words: str) -> None:
    model = nn.Sequential(nn.Conv2d(3, 8, 1), Block(*settings), nn.Conv2d(8, 4, 1))
    scene = visualize.draw(model, (1, 3, 32, 32), level="layer", collapse="Block").scene
    (label,) = (box.label for box in scene.boxes if box.role == "block")
    assert label[0] == "Block, 8"
    assert label[1].split(" · ")[:-1] == ([words] if words else [])


def test_strides_and_dilations_of_each_axis() -> None:
    block = Block(8, 3, 1, -1, 1)
    block.wide = nn.Conv2d(8, 8, 3, (1, 2), "valid", dilation=(3, 1))
    model = nn.Sequential(nn.Conv2d(3, 8, 1), block, nn.Conv2d(8, 4, 1))
    scene = visualize.draw(model, (1, 3, 32, 32), level="layer", collapse="Block").scene
    (label,) = (box.label for box in scene.boxes if box.role == "block")
    assert label[1].startswith("/1×2, dilation 3×1")


def test_a_module_of_many_convolutions_has_no_kernel_of_its_own() -> None:
    blocks = nn.Sequential(*(Block(8, 5, 1, 2, 1) for _ in range(5)))
    model = nn.Sequential(nn.Conv2d(3, 8, 1), blocks)
    scene = visualize.draw(model, (1, 3, 8, 8), level="layer", collapse="1").scene
    assert not any("5×5" in line for box in scene.boxes for line in box.label)


def test_a_closed_stage_has_its_name() -> None:
    scene = visualize.draw(nets.Residual(), (1, 3, 16, 16), level="stage").scene
    lines = [box.label[1] for box in scene.boxes if box.role == "stage"]
    assert [line.partition(" · ")[0] for line in lines] == ["stage1", "stage2"]
