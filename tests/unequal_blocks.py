"""Nets whose equal blocks have unequal skip connections, or are called several times."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn


class Coupling(nn.Module):
    """Two streams, each changed by the other; only where they were before are they shortcuts."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(8, 8), nn.Linear(8, 8)

    def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        y = y + self.first(x).relu()
        return x + self.second(y).relu(), y


class Coupled(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem, self.side = nn.Linear(4, 8), nn.Linear(8, 8)
        self.blocks = nn.ModuleList(Coupling() for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        y = self.side(x).relu()
        for block in self.blocks:
            x, y = block(x, y)
        return x


class Fusion(nn.Module):
    """Three maps that are fused upwards and downwards, as in BiFPN."""

    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv2d(8, 8, 3, padding=1) for _ in range(4))

    def forward(self, maps: Sequence[Tensor]) -> tuple[Tensor, ...]:
        fine, middle, coarse = maps
        between = self.convs[0](middle + F.interpolate(coarse, scale_factor=2)).relu()
        fine = self.convs[1](fine + F.interpolate(between, scale_factor=2)).relu()
        middle = self.convs[2](middle + between + F.max_pool2d(fine, 2)).relu()
        return fine, middle, self.convs[3](coarse + F.max_pool2d(middle, 2)).relu()


class Pyramid(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.ModuleList(nn.Conv2d(n, 8, 3, 2, 1) for n in (3, 8, 8))
        self.fusions = nn.Sequential(Fusion(), Fusion(), Fusion())

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        maps: list[Tensor] = []
        for layer in self.stem:
            x = layer(x)
            maps.append(x)
        fused: tuple[Tensor, ...] = self.fusions(maps)
        return fused


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.up, self.down = nn.Linear(8, 16), nn.Linear(16, 8)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.down(self.up(x).relu())


class Siamese(nn.Module):
    """Blocks that two inputs go through."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(Residual(), Residual(), Residual())

    def forward(self, left: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
        return self.blocks(left), self.blocks(right)
