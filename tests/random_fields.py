"""Random networks of all that moves and mixes positions, for tests of receptive fields."""

from __future__ import annotations

import random
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from tests.gradients import Steps

CHANNELS = 4
Choice = Callable[[random.Random, int, int], nn.Module | None]


def convolution(draw: random.Random, *_: int) -> nn.Module:
    kernel, dilation = draw.choice([(1, 1), (2, 1), (3, 1), (3, 2), (5, 1), ((3, 1), 1)])
    return nn.Conv2d(
        CHANNELS,
        CHANNELS,
        kernel,
        stride=draw.choice([1, 1, 2, (1, 2), 3]),
        padding=draw.choice([0, 1]),
        dilation=dilation,
        groups=draw.choice([1, 2, CHANNELS]),
        padding_mode=draw.choice(["zeros", "reflect", "replicate"]),
    )


def pool(draw: random.Random, height: int, width: int) -> nn.Module:
    size = draw.choice([2, 3])
    return draw.choice(
        [
            nn.AvgPool2d(size, draw.choice([1, 2, 3]), ceil_mode=draw.random() < 0.5),
            nn.MaxPool2d(size, 2, 1),
            nn.AdaptiveAvgPool2d((height // 2 if height % 2 == 0 else height, width)),
        ]
    )


def resample(draw: random.Random, height: int, width: int) -> nn.Module | None:
    if max(height, width) > 40:
        return None
    factor = draw.choice([2, 1.5])
    return draw.choice(
        [
            nn.Upsample(scale_factor=factor, mode="nearest"),
            nn.Upsample(scale_factor=factor, mode="bilinear"),
            nn.Upsample(scale_factor=factor, mode="bilinear", align_corners=True),
            nn.Upsample(scale_factor=2, mode="bicubic"),
            nn.Upsample(size=(height // 2 + 1, width), mode="nearest-exact"),
        ]
    )


def transposed(draw: random.Random, height: int, width: int) -> nn.Module | None:
    if max(height, width) > 40:
        return None
    kernel = draw.choice([2, 3, 4])
    return nn.ConvTranspose2d(CHANNELS, CHANNELS, kernel, 2, draw.choice([0, 1]), groups=2)


def pixels(draw: random.Random, height: int, width: int) -> nn.Module | None:
    if draw.random() < 0.5 and max(height, width) <= 40:
        return nn.Sequential(nn.PixelShuffle(2), nn.Conv2d(1, CHANNELS, 1))
    if height % 2 or width % 2:
        return None
    return nn.Sequential(nn.PixelUnshuffle(2), nn.Conv2d(4 * CHANNELS, CHANNELS, 1))


def crop(draw: random.Random, height: int, width: int) -> nn.Module:
    return draw.choice(
        [
            Steps(lambda x: x[:, :, 1:, : x.shape[3] - 2]),
            Steps(lambda x: x[..., ::2]),
            Steps(lambda x: x.narrow(2, 1, x.shape[2] - 1)),
            Steps(lambda x: torch.cat([x[:, :2], x[:, 2:].roll(0, 2)], 1)),
        ]
    )


def branches(draw: random.Random, height: int, width: int) -> nn.Module:
    first = nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1)
    second = nn.Conv2d(CHANNELS, CHANNELS, draw.choice([3, 1]), padding="same", dilation=3)
    last = nn.Conv2d(2 * CHANNELS, CHANNELS, 1)
    if draw.random() < 0.5:
        return Steps(lambda x, one, other: one(x) + other(x), first, second)
    return Steps(lambda x, one, other, out: out(torch.cat([one(x), other(x)], 1)), first, second,
                 last)  # fmt: skip


def channels_last(draw: random.Random, height: int, width: int) -> nn.Module:
    return Steps(
        lambda x, linear: linear(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2),
        nn.Linear(CHANNELS, CHANNELS),
    )


def rows_changed(draw: random.Random, height: int, width: int) -> nn.Module:
    return Steps(lambda x: x.transpose(2, 3))


def windows(draw: random.Random, height: int, width: int) -> nn.Module | None:
    size = draw.choice([2, 4])
    if height % size or width % size:
        return None

    def mixed(x: Tensor, linear: nn.Module) -> Tensor:
        n, c, h, w = x.shape
        parts = x.view(n, c, h // size, size, w // size, size).permute(0, 2, 4, 1, 3, 5)
        parts = linear(parts.reshape(-1, c, size * size))
        parts = parts.view(n, h // size, w // size, c, size, size).permute(0, 3, 1, 4, 2, 5)
        return parts.reshape(n, c, h, w)

    return Steps(mixed, nn.Linear(size * size, size * size))


def along(draw: random.Random, height: int, width: int) -> nn.Module:
    last = nn.Conv2d(CHANNELS, CHANNELS, 1)
    return draw.choice(
        [
            Steps(lambda x, out: out(x.softmax(-1)), last),
            Steps(lambda x, out: out(x.mean(2, keepdim=True).expand_as(x)), last),
            Steps(lambda x, out: out(F.linear(x, torch.ones(x.shape[3], x.shape[3]).to(x))), last),
        ]
    )


CHOICES: tuple[Choice, ...] = (
    *[convolution] * 3, pool, resample, transposed, pixels, crop, branches, channels_last,
    rows_changed, windows,
)  # fmt: skip


def random_network(seed: int, height: int, width: int) -> nn.Module:
    """A network on images of four channels: a convolution, up to five steps, and another one."""
    draw = random.Random(seed)
    torch.manual_seed(seed)
    steps: list[nn.Module] = [nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1)]
    sizes = (height, width)
    for _ in range(draw.choice([2, 3, 4, 5])):
        if min(sizes) < 8:
            break
        choice = along if draw.random() < 0.05 else draw.choice(CHOICES)
        step = choice(draw, *sizes)
        if step is None:
            continue
        with torch.no_grad():
            made = nn.Sequential(*steps, step)(torch.rand(1, CHANNELS, height, width))
        steps.append(step)
        sizes = (made.shape[2], made.shape[3])
    return nn.Sequential(*steps, convolution(draw)).eval()
