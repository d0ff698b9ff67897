"""Small named nets: each shows one thing, and all trace in milliseconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Function(nn.Module):
    """A function of tensors as a model."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *tensors: Tensor) -> Any:
        return self.function(*tensors)


class Residual(nn.Module):
    """Identity and projection shortcuts in two blocks."""

    class Block(nn.Module):
        def __init__(self, wide: int, out: int, stride: int = 1) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(wide, out, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(out)
            self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(out)
            self.relu = nn.ReLU(inplace=True)
            self.downsample = None
            if stride > 1 or wide != out:
                self.downsample = nn.Sequential(
                    nn.Conv2d(wide, out, 1, stride, bias=False), nn.BatchNorm2d(out)
                )

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            identity = x if self.downsample is None else self.downsample(x)
            out = self.relu(self.bn1(self.conv1(x)))
            out = self.bn2(self.conv2(out))
            out += identity
            return self.relu(out)

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.stage1 = nn.Sequential(self.Block(8, 8), self.Block(8, 8))
        self.stage2 = nn.Sequential(self.Block(8, 16, 2), self.Block(16, 16))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(16, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stage2(self.stage1(self.stem(x)))
        return self.fc(torch.flatten(self.pool(x), 1))


class UNet(nn.Module):
    """Two long concat skips."""

    def __init__(self) -> None:
        super().__init__()
        self.down1, self.down2 = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 8, 3, padding=1)
        self.bottom = nn.Conv2d(8, 16, 3, padding=1)
        self.up2, self.up1 = nn.ConvTranspose2d(16, 8, 2, 2), nn.ConvTranspose2d(8, 4, 2, 2)
        self.merge2, self.merge1 = nn.Conv2d(16, 8, 3, padding=1), nn.Conv2d(8, 2, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first = F.relu(self.down1(x))
        second = F.relu(self.down2(F.max_pool2d(first, 2)))
        x = F.relu(self.bottom(F.max_pool2d(second, 2)))
        x = self.merge2(torch.cat([second, self.up2(x)], 1))
        return self.merge1(torch.cat([first, self.up1(x)], 1))


class SqueezeExcite(nn.Module):
    """A gate, written with functions."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.squeeze, self.excite = nn.Conv2d(8, 2, 1), nn.Conv2d(2, 8, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv(x)
        scale = F.adaptive_avg_pool2d(x, 1)
        scale = torch.sigmoid(self.excite(F.relu(self.squeeze(scale))))
        return x * scale


class Inception(nn.Module):
    """Parallel branches that all do work: no skip."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Conv2d(3, 4, 1)
        self.three = nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU(), nn.Conv2d(4, 8, 3, padding=1))
        self.pool = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(3, 4, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([self.one(x), self.three(x), self.pool(x)], 1)


class Transformer(nn.Module):
    """A pre-norm encoder block with position embedding, tied input and output embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(100, 16)
        self.position = nn.Parameter(torch.zeros(1, 8, 16))
        self.norm1, self.norm2 = nn.LayerNorm(16), nn.LayerNorm(16)
        self.attention = nn.MultiheadAttention(16, 4, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(16, 64), nn.GELU(), nn.Dropout(0.1), nn.Linear(64, 16))
        self.dropout = nn.Dropout(0.1)
        self.head = nn.Linear(16, 100, bias=False)
        self.head.weight = self.embed.weight

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        x = self.embed(tokens) + self.position
        y = self.norm1(x)
        x = x + self.dropout(self.attention(y, y, y, need_weights=False)[0])
        x = x + self.mlp(self.norm2(x))
        return self.head(x)


class Mixture(nn.Module):
    """Attention, then two of four experts for each token; their weights are stacked."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(20, 8)
        self.qkv, self.out = nn.Linear(8, 24, bias=False), nn.Linear(8, 8, bias=False)
        self.router = nn.Linear(8, 4, bias=False)
        self.up, self.down = (
            nn.Parameter(torch.zeros(4, 8, 16)),
            nn.Parameter(torch.zeros(4, 16, 8)),
        )

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        x = self.embed(tokens)
        q, k, v = self.qkv(x).chunk(3, -1)
        x = x + self.out(F.scaled_dot_product_attention(q, k, v))
        best, which = self.router(x).softmax(-1).topk(2)
        gates = torch.zeros(*x.shape[:-1], 4).scatter(-1, which, best)
        one = x.flatten(0, 1).expand(4, -1, -1)
        made = torch.bmm(torch.bmm(one, self.up).relu(), self.down).transpose(0, 1)
        return x + (made.view(*x.shape[:-1], 4, 8) * gates[..., None]).sum(-2)


class TwoTowers(nn.Module):
    """Two inputs, two outputs, a shared module called twice, plumbing on sizes."""

    def __init__(self) -> None:
        super().__init__()
        self.shared = nn.Linear(6, 4)
        self.head = nn.Linear(8, 2)

    def forward(self, left: torch.Tensor, right: torch.Tensor) -> dict[str, torch.Tensor]:
        batch = left.size(0)
        a, b = self.shared(left), self.shared(right)
        joined = torch.cat([a, b], dim=-1).view(batch, -1)
        return {"score": self.head(joined), "distance": (a - b).pow(2).sum(-1)}


class Scaled(nn.Module):
    """A norm of its own class, and two results."""

    class Norm(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(8))

        def forward(self, x: Tensor) -> Tensor:
            return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True)) * self.weight

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 8)
        self.norm = self.Norm()
        self.second = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        y = self.norm(self.first(x))
        return y, self.second(y)


NETS: dict[str, tuple[type[nn.Module], object]] = {
    "residual": (Residual, (1, 3, 16, 16)),
    "unet": (UNet, (1, 3, 16, 16)),
    "squeeze_excite": (SqueezeExcite, (1, 3, 8, 8)),
    "inception": (Inception, (1, 3, 8, 8)),
    "transformer": (Transformer, lambda: torch.zeros(1, 8, dtype=torch.int64)),
    "two_towers": (TwoTowers, [(1, 6), (1, 6)]),
}
