"""What windows see: convolutions, pooling and resampling."""

from __future__ import annotations

import pytest
from torch import nn

from tests.gradients import WHOLE, Steps, agrees, conv, printed


@pytest.mark.parametrize(
    ("model", "shape", "field"),
    [
        (nn.Sequential(conv(3), conv(5, 2)), (1, 1, 32, 32), (7, 7)),
        (nn.Sequential(conv(3, 1, 3), conv(3, 2)), (1, 1, 40, 40), (9, 9)),
        (nn.Sequential(nn.Conv2d(1, 1, (3, 1)), nn.Conv2d(1, 1, (1, 5))), (1, 1, 20, 20), (3, 5)),
        (
            nn.Sequential(conv(3, 2), nn.ConvTranspose2d(1, 1, 3, 2, 1), conv(3)),
            (1, 1, 32, 32),
            (7, 7),
        ),
        (nn.Sequential(conv(3, 2), nn.Upsample(scale_factor=2), conv(3)), (1, 1, 32, 32), (5, 5)),
        (
            nn.Sequential(conv(3, 2), nn.Upsample(scale_factor=2, mode="bilinear"), conv(3)),
            (1, 1, 32, 32),
            (7, 7),
        ),
        (nn.Sequential(conv(3, 2), nn.UpsamplingBilinear2d((31, 31))), (1, 1, 32, 32), (5, 5)),
        (nn.Sequential(conv(3), nn.AvgPool2d(3, 2, ceil_mode=True)), (1, 1, 16, 16), (5, 5)),
        (nn.Sequential(conv(3), nn.AdaptiveAvgPool2d(5)), (1, 1, 16, 16), (6, 6)),
        (nn.Sequential(conv(3), nn.AdaptiveAvgPool2d(1)), (1, 1, 16, 16), (WHOLE, WHOLE)),
        (
            Steps(
                lambda x, one: one(nn.functional.unfold(x, 3, padding=1).reshape(1, 9, 16, 16)),
                conv(3, inputs=9),
            ),
            (1, 1, 16, 16),
            (5, 5),
        ),
        (
            nn.Sequential(nn.Conv1d(1, 2, 5, 2, 2), nn.Conv1d(2, 1, 3, dilation=2)),
            (1, 1, 40),
            (13,),
        ),
        (
            nn.Sequential(nn.Conv3d(1, 1, 3), nn.Conv3d(1, 1, (1, 3, 3))),
            (1, 1, 8, 9, 10),
            (3, 5, 5),
        ),
    ],
)
def test_fields_are_those_that_gradients_reach(
    model: nn.Module, shape: tuple[int, ...], field: tuple[int, ...]
) -> None:
    assert printed(model, *shape) == field
    assert agrees(model, *shape)
