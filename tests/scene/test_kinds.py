"""The colour of a box by type is that of the work it does, or of most of it."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import visualize
from tests import nets
from visualize.core.work import Work


class Scaled(nn.Module):
    """A norm written out, with a class of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(8))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.weight * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)


@pytest.mark.parametrize(
    ("model", "shape", "level", "works"),
    [
        (nn.Sequential(Scaled(), nn.Linear(8, 8)), (1, 8), "layer", {Work.NORM, Work.LINEAR}),
        (nets.Residual(), (1, 3, 16, 16), "block", {Work.CONVOLUTION, Work.RESIZING, Work.LINEAR}),
        (
            nn.TransformerEncoderLayer(8, 2, 64, batch_first=True),
            (1, 4, 8),
            "sublayer",
            {Work.ATTENTION, Work.NORM, Work.LINEAR},
        ),
        (nn.Sequential(nn.LSTM(8, 8)), (4, 1, 8), "layer", {Work.RECURRENT}),
    ],
)
def test_the_work_of_boxes(
    model: nn.Module, shape: tuple[int, ...], level: str, works: set[Work]
) -> None:
    scene = visualize.draw(model, shape, level=level).scene
    assert {box.work for box in scene.boxes} - {None} == works
    assert all(box.work is None for box in scene.boxes if box.role in ("input", "output", "merge"))


def test_a_block_with_attention_is_one() -> None:
    model = nn.Sequential(
        *(nn.TransformerEncoderLayer(8, 2, 64, batch_first=True) for _ in range(3))
    )
    boxes = visualize.draw(model, (1, 4, 8), level="block").scene.boxes
    assert [box.work for box in boxes] == [None, Work.ATTENTION, None]
