"""The model of the documentation: a small residual network."""

import torch
from torch import nn


class Block(nn.Module):
    """Two convolutions, bypassed by an identity or a projection shortcut."""

    def __init__(self, before: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, width, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(width)
        self.act = nn.ReLU()
        is_same = before == width and stride == 1
        self.shortcut = nn.Identity() if is_same else nn.Conv2d(before, width, 1, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Add what the convolutions compute to the shortcut."""
        y = self.act(self.norm1(self.conv1(x)))
        y = self.norm2(self.conv2(y))
        return self.act(y + self.shortcut(x))


class Net(nn.Module):
    """A stem, two stages of blocks and a classifier."""

    def __init__(self, depth: int = 2, width: int = 16, classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, padding=1)
        self.stage1 = nn.Sequential(*(Block(width, width) for _ in range(depth)))
        wider = [
            Block(width, 2 * width, 2),
            *(Block(2 * width, 2 * width) for _ in range(depth - 1)),
        ]
        self.stage2 = nn.Sequential(*wider)
        self.head = nn.Linear(2 * width, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The scores of images."""
        x = self.stage2(self.stage1(self.stem(x)))
        return self.head(x.mean((2, 3)))


class Forgotten(Net):
    """The same, but its last block has lost its shortcut."""

    def __init__(self) -> None:
        super().__init__(depth=3)
        self.stage2[2] = Plain(32)


class Plain(Block):
    """A block without a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """What the convolutions compute."""
        y = self.act(self.norm1(self.conv1(x)))
        return self.act(self.norm2(self.conv2(y)))
