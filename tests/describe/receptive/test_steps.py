"""How far apart on the input neighbouring positions of a result see."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import visualize
from visualize.describe.receptive import ReceptiveFields, strides

CHANNELS_SECOND, CHANNELS_LAST = -3, -1


class Then(nn.Module):
    """A convolution of stride 2, and what a function makes of it."""

    def __init__(self, then: str) -> None:
        super().__init__()
        self.conv, self.then = nn.Conv2d(3, 4, 3, stride=2, padding=1), then

    def forward(self, x: Tensor) -> Tensor:
        return THEN[self.then](self.conv(x))


def windows(x: Tensor) -> Tensor:
    batch, channels, rows, columns = x.shape
    parted = x.view(batch, channels, rows // 4, 4, columns // 4, 4)
    return parted.permute(0, 2, 4, 3, 5, 1).reshape(-1, 16, channels)


THEN = {
    "as it is": lambda x: x,
    "cropped": lambda x: x[:, :, 2:-3, 1:-2],
    "halved": lambda x: x[:, :, ::2, ::3],
    "flipped": lambda x: x.flip(2),
    "rows in channels": lambda x: nn.functional.pixel_unshuffle(x, 2),
    "channels in rows": lambda x: nn.functional.pixel_shuffle(x, 2),
    "nearest": lambda x: nn.functional.interpolate(x, scale_factor=2),
    "tokens": lambda x: x.flatten(2).transpose(1, 2),
    "windows": windows,
    "windows that overlap": lambda x: x.unfold(2, 4, 2).unfold(3, 4, 2).flatten(4).movedim(1, -1),
    "two streams": lambda x: torch.cat([x, x + nn.functional.avg_pool2d(x, 3, 1, 1)], 1),
    "pooled": lambda x: x.mean((2, 3), keepdim=True),
    "rows and columns at odds": lambda x: x + x[:, :, ::2, ::2].repeat(1, 1, 2, 2),
}


@pytest.mark.parametrize(
    ("then", "channels", "expected"),
    [
        ("as it is", CHANNELS_SECOND, (2, 2)),
        ("cropped", CHANNELS_SECOND, (2, 2)),
        ("halved", CHANNELS_SECOND, (4, 6)),
        ("flipped", CHANNELS_SECOND, (2, 2)),
        ("rows in channels", CHANNELS_SECOND, (4, 4)),
        ("channels in rows", CHANNELS_SECOND, (1, 1)),
        ("nearest", CHANNELS_SECOND, (1, 1)),
        ("tokens", CHANNELS_LAST, (2, 2)),
        ("windows", CHANNELS_LAST, (2, 2)),
        ("windows that overlap", CHANNELS_LAST, (2, 2)),
        ("two streams", CHANNELS_SECOND, (2, 2)),
        ("pooled", CHANNELS_SECOND, ()),
        ("rows and columns at odds", CHANNELS_SECOND, ()),
    ],
)
def test_strides_are_those_of_what_is_seen(
    then: str, channels: int, expected: tuple[int, ...]
) -> None:
    exact = visualize.trace(Then(then), (1, 3, 32, 32))
    (end,) = exact.data_sources(exact.operations[-1].id)
    assert strides(ReceptiveFields.of(exact).followed, end, channels) == expected


def test_of_several_inputs_no_stride_is_known() -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = (nn.Conv2d(3, 4, 2, stride=2) for _ in range(2))

        def forward(self, x: Tensor, y: Tensor) -> Tensor:
            return torch.cat([self.a(x), self.b(y)], 1)

    exact = visualize.trace(Two(), [(1, 3, 8, 8), (1, 3, 8, 8)])
    followed = ReceptiveFields.of(exact).followed
    assert [strides(followed, one.id, CHANNELS_SECOND) for one in exact.operations] == (
        [()] * len(exact.operations)
    )
