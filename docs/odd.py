"""The models of the first tutorial: one with residual blocks of its own, one with two inputs."""

import torch
from torch import nn


class Fold(nn.Module):
    """Two convolutions of different reach, multiplied and scaled, beside a shortcut."""

    def __init__(self, width: int, has_shortcut: bool = True) -> None:
        super().__init__()
        self.near = nn.Conv1d(width, width, 3, padding=1)
        self.far = nn.Conv1d(width, width, 3, padding=4, dilation=4)
        self.scale = nn.Parameter(torch.full((1,), 0.1))
        self.has_shortcut = has_shortcut

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """What the two convolutions agree on, added to the input."""
        y = self.scale * torch.tanh(self.near(x)) * torch.sigmoid(self.far(x))
        if self.has_shortcut:
            y = x + y
        return y


class Odd(nn.Module):
    """Classifies a signal of two channels."""

    def __init__(self, width: int = 24, depth: int = 5, has_shortcut: bool = True) -> None:
        super().__init__()
        self.embed = nn.Conv1d(2, width, 7, padding=3)
        self.folds = nn.ModuleList(Fold(width, has_shortcut) for _ in range(depth))
        self.head = nn.Linear(width, 4)

    def forward(self, signal: torch.Tensor) -> torch.Tensor:
        """The scores of signals."""
        x = self.embed(signal)
        for fold in self.folds:
            x = fold(x)
        return self.head(x.amax(-1))


class Two(nn.Module):
    """Classifies an image with twelve numbers about it; a gate weighs one against the other."""

    def __init__(self) -> None:
        super().__init__()
        self.eye = nn.Sequential(
            nn.Conv2d(1, 8, 3, 2, 1),
            nn.ReLU(),
            nn.Conv2d(8, 16, 3, 2, 1),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )
        self.notes = nn.Sequential(nn.Linear(12, 32), nn.GELU(), nn.Linear(32, 16))
        self.gate = nn.Linear(32, 16)
        self.head = nn.Linear(16, 2)

    def forward(self, image: torch.Tensor, record: torch.Tensor) -> torch.Tensor:
        """The scores of images with their records."""
        a, b = self.eye(image), self.notes(record)
        gate = torch.sigmoid(self.gate(torch.cat([a, b], 1)))
        return self.head(gate * a + (1 - gate) * b)
