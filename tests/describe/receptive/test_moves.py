"""What moving values keep: slices, shuffles, reshapes, padding and concats."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from tests.gradients import WHOLE, Steps, agrees, conv, printed


@pytest.mark.parametrize(
    ("model", "shape", "field"),
    [
        (nn.Sequential(nn.PixelUnshuffle(2), conv(3, inputs=4)), (1, 1, 32, 32), (6, 6)),
        (nn.Sequential(conv(3, outputs=4), nn.PixelShuffle(2), conv(3)), (1, 1, 24, 24), (4, 4)),
        (Steps(lambda x, one: one(x.flip(-1) + x), conv(3)), (1, 1, 16, 16), (3, WHOLE)),
        (
            Steps(lambda x, one: one(nn.functional.pad(x, (2, 0))[..., :-2] + x), conv(3)),
            (1, 1, 32, 32),
            (3, 5),
        ),
        (Steps(lambda x, one: one(x[..., ::2] + x[..., 1::2]), conv(3)), (1, 1, 32, 32), (3, 6)),
        (Steps(lambda x, one: one(torch.cat([x, x], -1)), conv(3)), (1, 1, 8, 8), (3, WHOLE)),
        (
            Steps(lambda x, one: one(x.reshape(1, 1, 4, 4, 4, 4).mean((3, 5))), conv(3)),
            (1, 1, 16, 16),
            (12, 12),
        ),
        (
            Steps(
                lambda x, one, two: two(one(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)),
                nn.Linear(1, 2),
                conv(3, inputs=2),
            ),
            (1, 1, 16, 16),
            (3, 3),
        ),
    ],
)
def test_fields_are_those_that_gradients_reach(
    model: nn.Module, shape: tuple[int, ...], field: tuple[int, ...]
) -> None:
    assert printed(model, *shape) == field
    assert agrees(model, *shape)


def test_what_wraps_around_goes_on() -> None:
    """As beyond a border: a window at the end of a rolled map sees both ends, and counts as one."""
    model = Steps(lambda x, one: one(torch.roll(x, 2, -1) + x), conv(3))
    assert printed(model, 1, 1, 32, 32) == (3, 5)


def test_transposed_axes_keep_their_input() -> None:
    wide = nn.Conv2d(1, 1, (3, 7), padding=(1, 3))
    model = Steps(lambda x, one: one(x.transpose(-1, -2)), wide)
    assert printed(model, 1, 1, 24, 24) == (7, 3)


@pytest.mark.parametrize(
    "move",
    [
        nn.PixelShuffle(2),
        nn.ChannelShuffle(2),
        Steps(lambda x: x.view(1, 2, 2, 16, 16).transpose(1, 2).reshape(1, 4, 16, 16)),
    ],
)
def test_channels_that_move_are_no_places(move: nn.Module) -> None:
    outputs = 1 if isinstance(move, nn.PixelShuffle) else 4
    model = nn.Sequential(move, nn.Conv2d(outputs, 4, 3, padding=1))
    size = 2 if outputs == 1 else 3  # halves of pixels
    assert printed(model, 1, 4, 16, 16) == (size, size)
