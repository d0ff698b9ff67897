"""Networks with a result for each position of a signal, an image or a volume."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

CHANNELS = 4


class Causal(nn.Module):
    """A block of a temporal convolutional network (Bai et al. 2018): two causal convolutions."""

    def __init__(self, inputs: int, dilation: int) -> None:
        super().__init__()
        self.padding = 2 * dilation
        self.convs = nn.ModuleList(
            nn.Conv1d(size, CHANNELS, 3, padding=self.padding, dilation=dilation)
            for size in (inputs, CHANNELS)
        )
        self.down = nn.Conv1d(inputs, CHANNELS, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve, and cut off what would see later steps."""
        y = x
        for one in self.convs:
            y = one(y)[:, :, : -self.padding].relu()
        return y + self.down(x)


class Wave(nn.Module):
    """WaveNet (van den Oord et al. 2016): dilated gated convolutions with sums of skips."""

    def __init__(self, dilations: tuple[int, ...]) -> None:
        super().__init__()
        self.dilations = dilations
        self.enter = nn.Conv1d(1, CHANNELS, 1)
        self.values, self.gates = (
            nn.ModuleList(nn.Conv1d(CHANNELS, CHANNELS, 2, dilation=one) for one in dilations)
            for _ in range(2)
        )
        self.skips = nn.ModuleList(nn.Conv1d(CHANNELS, CHANNELS, 1) for _ in dilations)

    def forward(self, x: Tensor) -> Tensor:
        """Pad on the left alone."""
        x, total = self.enter(x), torch.zeros(())
        for dilation, value, gate, skip in zip(self.dilations, self.values, self.gates, self.skips):
            padded = F.pad(x, (dilation, 0))
            step = skip(value(padded) * gate(padded))
            x, total = x + step, total + step
        return total


class UNet(nn.Module):
    """A U-Net of two or three dimensions, with transposed convolutions or resampling."""

    def __init__(self, dimensions: int, levels: int, **resampling: Any) -> None:
        super().__init__()
        conv, up = (
            (nn.Conv2d, nn.ConvTranspose2d) if dimensions == 2 else (nn.Conv3d, nn.ConvTranspose3d)
        )
        self.pool = (nn.AvgPool2d if dimensions == 2 else nn.AvgPool3d)(2)
        self.resampling = resampling

        def block(inputs: int) -> nn.Module:
            convs = (conv(size, CHANNELS, 3, padding=1) for size in (inputs, CHANNELS))
            return nn.Sequential(*convs)

        self.down = nn.ModuleList(block(CHANNELS if one else 1) for one in range(levels))
        self.bottom = block(CHANNELS)
        self.up = nn.ModuleList(up(CHANNELS, CHANNELS, 2, 2) for _ in range(levels))
        self.joined = nn.ModuleList(block(2 * CHANNELS) for _ in range(levels))

    def forward(self, x: Tensor) -> Tensor:
        """Down, and up to each resolution on the way."""
        features = []
        for one in self.down:
            features.append(one(x))
            x = self.pool(features[-1])
        x = self.bottom(x)
        for up, joined, feature in zip(self.up, self.joined, reversed(features)):
            size = feature.shape[2:]
            x = F.interpolate(x, size=size, **self.resampling) if self.resampling else up(x)
            x = joined(torch.cat([x, feature], 1))
        return x


class PyramidPooling(nn.Module):
    """Pyramid pooling (Zhao et al. 2017), to sizes that do not divide the map."""

    def __init__(self, *sizes: int) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, CHANNELS, 3, 2, 1)
        self.pools = nn.ModuleList(nn.AdaptiveAvgPool2d(size) for size in sizes)
        self.last = nn.Conv2d((len(sizes) + 1) * CHANNELS, 2, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Resample each pooled map to the size of the map."""
        x = self.stem(x)
        pooled = (F.interpolate(pool(x), x.shape[2:], mode="bilinear") for pool in self.pools)
        return self.last(torch.cat([x, *pooled], 1))
