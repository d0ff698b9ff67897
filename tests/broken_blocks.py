"""Transformers whose blocks each have one mistake in their residual connections."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Block(nn.Module):
    """A pre-norm block with a scale on its attention's place, a linear layer."""

    def __init__(self, mistake: str, width: int = 16) -> None:
        super().__init__()
        self.mistake = mistake
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mix = nn.Linear(width, width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.scale = nn.Parameter(torch.full((width,), 0.0 if mistake == "zero" else 1.0))

    def forward(self, x: Tensor) -> Tensor:
        """Mix, then the MLP, each with its shortcut unless that is the mistake."""
        if self.mistake == "after norm":
            x = self.norm1(x)
            x = x + self.mix(x) * self.scale
        elif self.mistake == "forgotten":
            x = self.mix(self.norm1(x)) * self.scale
        elif self.mistake == "itself":
            x = self.mix(self.norm1(x)) * self.scale
            x = x + x
        else:
            x = x + self.mix(self.norm1(x)) * self.scale
        if self.mistake == "own output":
            x = self.norm2(x)
        work = self.mlp(x if self.mistake == "own output" else self.norm2(x))
        if self.mistake == "branch detached":
            work = work.detach()
        if self.mistake == "shortcut detached":
            x = x.detach()
        return x + work


class Broken(nn.Module):
    """Sound blocks, among them one with a mistake."""

    def __init__(self, mistake: str = "", depth: int = 6, at: int = 3) -> None:
        super().__init__()
        mistakes = [mistake if number == at else "" for number in range(depth)]
        self.blocks = nn.ModuleList(map(Block, mistakes))
        self.head = nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        """All blocks, then the head."""
        for block in self.blocks:
            x = block(x)
        out: Tensor = self.head(x)
        return out


class Bare(nn.Module):
    """Blocks that add what holds no weights."""

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(16, 16)

        def forward(self, x: Tensor) -> Tensor:
            """A layer, and a shortcut over an activation alone."""
            x = self.layer(x)
            return x + x.relu()

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*[self.Block() for _ in range(4)])

    def forward(self, x: Tensor) -> Tensor:
        """All blocks."""
        out: Tensor = self.blocks(x)
        return out
